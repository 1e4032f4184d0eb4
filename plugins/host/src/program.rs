//! A component that was compiled and held against what its manifest declares.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    panic::AssertUnwindSafe,
};

use sha2::{Digest, Sha256};
use wasmtime::{
    Engine,
    component::{
        Component, ComponentExportIndex, InstancePre, Linker,
        types::{ComponentFunc, ComponentItem},
    },
};

use crate::{
    abi::{ActIn, Acted, Effect, OnTransitionIn, Outcome, Problem, ResolveIn, ScoreIn, ScoreLine, ValidateIn},
    engine::{MOST_MEMORIES, MOST_TABLES},
    fault::Code,
    limits::{Hook, Limits, Lowered},
    state::{ALWAYS, CONNECTOR, CORE, DATA, State},
};

/// The largest component, in bytes.
pub const MAX_COMPONENT: usize = 8 * 1024 * 1024;

/// What a manifest declares of its component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// What it can be asked.
    pub hooks: BTreeSet<Hook>,
    /// Whether it may ask for its own data.
    pub data: bool,
    /// Whether it may ask for the platform's data.
    pub core: bool,
    /// Whether it may call agencies' systems.
    pub connector: bool,
    /// How much less than it could have it wants.
    pub lowered: Lowered,
}

impl Declared {
    /// The limits of the hook that has the least memory: what does not come up within them could never answer it.
    pub(crate) fn limits(&self) -> Limits {
        let all = self.hooks.iter().map(|hook| Limits::of(*hook).lowered(self.lowered));
        all.min_by_key(|limits| limits.memory).unwrap_or_else(|| Limits::of(Hook::Resolve).lowered(self.lowered))
    }
}

/// Why a component is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Larger than [`MAX_COMPONENT`].
    TooLarge(usize),
    /// Not a component in its binary form.
    NotAComponent,
    /// It cannot be compiled.
    Invalid(String),
    /// It imports what its manifest does not declare, or what there is not.
    Import(String),
    /// It does not export what its manifest declares.
    NoExport(Hook),
    /// It exports what its manifest does not declare.
    Export(String),
    /// What it exports is not of the type that it should be.
    Type(Hook),
    /// It wants more memories, tables or bytes from the start than it may have.
    TooMuch(String),
    /// It does not come up within its limits.
    Fails(Code),
}

impl Refusal {
    /// Whether the same component is refused the next time, too; it is not where there was no place to try it.
    pub const fn is_lasting(&self) -> bool {
        !matches!(self, Self::Fails(Code::Busy))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(bytes) => write!(f, "组件有 {bytes} 字节，上限 {MAX_COMPONENT} 字节"),
            Self::NotAComponent => f.write_str("不是 WebAssembly 组件（二进制组件格式）"),
            Self::Invalid(text) => write!(f, "组件无法编译：{text}"),
            Self::Import(name) => write!(f, "组件导入了清单没有声明的接口 {name}"),
            Self::NoExport(hook) => write!(f, "组件没有导出清单声明的钩子 {}", hook.as_str()),
            Self::Export(name) => write!(f, "组件导出了清单没有声明的 {name}"),
            Self::Type(hook) => write!(f, "钩子 {} 的类型与 WIT 不符", hook.as_str()),
            Self::TooMuch(what) => write!(f, "组件一开始就要求 {what}"),
            Self::Fails(code) => write!(f, "组件无法启动：{code}"),
        }
    }
}

/// A component that can be called.
pub struct Program {
    /// SHA-256 of its bytes.
    pub digest: String,
    pub(crate) pre: InstancePre<State>,
    pub(crate) runs: BTreeMap<Hook, ComponentExportIndex>,
    pub(crate) lowered: Lowered,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("digest", &self.digest).field("hooks", &self.runs.keys()).finish()
    }
}

/// What tells a component from every other.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

impl Program {
    /// Compiles, and compares with the manifest. Takes seconds of a processor for a large component.
    pub fn compile(
        engine: &Engine,
        linker: &Linker<State>,
        bytes: &[u8],
        declared: &Declared,
    ) -> Result<Self, Refusal> {
        if bytes.len() > MAX_COMPONENT {
            return Err(Refusal::TooLarge(bytes.len()));
        }
        // A component and not a module, a text or precompiled code: the last would be trusted blindly.
        if !bytes.starts_with(b"\0asm\x0d\0\x01\0") {
            return Err(Refusal::NotAComponent);
        }
        // A stranger's file: should the compiler give up over it, that is the file's fault and nobody else's.
        let compiled = std::panic::catch_unwind(AssertUnwindSafe(|| Component::from_binary(engine, bytes)));
        let compiled = compiled.map_err(|_| Refusal::Invalid("编译器无法处理".into()))?;
        let component = compiled.map_err(|error| Refusal::Invalid(brief(&error)))?;
        imports(engine, &component, declared)?;
        let runs = exports(engine, &component, declared)?;
        bounds(&component, declared)?;
        let pre = linker.instantiate_pre(&component).map_err(|error| Refusal::Invalid(brief(&error)))?;
        Ok(Self { digest: digest(bytes), pre, runs, lowered: declared.lowered })
    }

    /// What it can be asked.
    pub fn hooks(&self) -> impl Iterator<Item = Hook> + '_ {
        self.runs.keys().copied()
    }
}

/// What a capability is worth shows in the binary: what is not declared cannot even be named by it.
fn imports(engine: &Engine, component: &Component, declared: &Declared) -> Result<(), Refusal> {
    let allowed = |name: &str| {
        ALWAYS.contains(&name)
            || (name == DATA && declared.data)
            || (name == CORE && declared.core)
            || (name == CONNECTOR && declared.connector)
    };
    match component.component_type().imports(engine).find(|(name, _)| !allowed(name)) {
        Some((name, _)) => Err(Refusal::Import(name.chars().take(80).collect())),
        None => Ok(()),
    }
}

fn exports(
    engine: &Engine,
    component: &Component,
    declared: &Declared,
) -> Result<BTreeMap<Hook, ComponentExportIndex>, Refusal> {
    let ty = component.component_type();
    let of = |name: &str| Hook::ALL.into_iter().find(|hook| hook.interface() == name);
    for (name, _) in ty.exports(engine) {
        // What TypeScript is made into a component with exports `init` besides.
        let known = name == "init" || of(name).is_some_and(|hook| declared.hooks.contains(&hook));
        if !known {
            return Err(Refusal::Export(name.chars().take(80).collect()));
        }
    }
    let mut runs = BTreeMap::new();
    for hook in &declared.hooks {
        let interface = hook.interface();
        let Some(ComponentItem::ComponentInstance(instance)) = ty.get_export(engine, &interface).map(|e| e.ty) else {
            return Err(Refusal::NoExport(*hook));
        };
        let Some(ComponentItem::ComponentFunc(run)) = instance.get_export(engine, "run").map(|e| e.ty) else {
            return Err(Refusal::NoExport(*hook));
        };
        if run.async_() || !has_type(*hook, &run, &ty) {
            return Err(Refusal::Type(*hook));
        }
        let index = component.get_export_index(None, &interface);
        let index = index.and_then(|instance| component.get_export_index(Some(&instance), "run"));
        runs.insert(*hook, index.ok_or(Refusal::NoExport(*hook))?);
    }
    Ok(runs)
}

fn has_type(hook: Hook, run: &ComponentFunc, ty: &wasmtime::component::types::Component) -> bool {
    let cx = ty.instance_type();
    match hook {
        Hook::Validate => run.typecheck::<ValidateIn, Outcome<Vec<Problem>>>(&cx),
        Hook::Score => run.typecheck::<ScoreIn, Outcome<Vec<ScoreLine>>>(&cx),
        Hook::OnTransition => run.typecheck::<OnTransitionIn, Outcome<Vec<Effect>>>(&cx),
        Hook::Resolve => run.typecheck::<ResolveIn, Outcome<Vec<String>>>(&cx),
        Hook::Act => run.typecheck::<ActIn, Outcome<Acted>>(&cx),
    }
    .is_ok()
}

/// What an instance takes before it does anything is known beforehand.
fn bounds(component: &Component, declared: &Declared) -> Result<(), Refusal> {
    let wanted = component.resources_required().ok_or_else(|| Refusal::Import("core module".into()))?;
    if wanted.num_memories > MOST_MEMORIES {
        return Err(Refusal::TooMuch(format!("{} 块内存，上限 {MOST_MEMORIES}", wanted.num_memories)));
    }
    if wanted.num_tables > MOST_TABLES {
        return Err(Refusal::TooMuch(format!("{} 张表，上限 {MOST_TABLES}", wanted.num_tables)));
    }
    let limits = declared.limits();
    let bytes = wanted.max_initial_memory_size.unwrap_or(0).saturating_mul(64 * 1024);
    if bytes > limits.memory as u64 {
        return Err(Refusal::TooMuch(format!("{bytes} 字节内存，上限 {}", limits.memory)));
    }
    let elements = wanted.max_initial_table_size.unwrap_or(0);
    if elements > limits.table as u64 {
        return Err(Refusal::TooMuch(format!("{elements} 个表元素，上限 {}", limits.table)));
    }
    Ok(())
}

fn brief(error: &wasmtime::Error) -> String {
    format!("{error:#}").chars().filter(|c| !c.is_control()).take(300).collect()
}
