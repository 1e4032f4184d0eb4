//! A plug-in's component asked outside of any platform: for its author's tests, with its instructions counted.

use std::sync::{
    Arc,
    atomic::{AtomicI32, Ordering},
};

use chrono::NaiveDate;
use declarative::{Capabilities, Code, Package, Plugin};
use host::{Acted, Answer, Context, Effect, Failure as Unanswered, Grants, Host, Level, Plug, Program, Settings};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    cli::{
        Failure,
        plugin_call::{About, Setting},
        plugin_recorded::Recorded,
    },
    modules::plugins::code,
};

/// A component that was compiled for tests.
pub struct Component {
    host: Host,
    program: Arc<Program>,
    requested: Capabilities,
    calls: AtomicI32,
}

/// What came of a question to a component.
pub struct Tried {
    /// The answer, or why there is none.
    pub answer: Result<Answer, Unanswered>,
    /// What finding it took, for people.
    pub took: String,
    /// What is not as the test has it, besides the answer.
    pub odd: Vec<String>,
    /// Whether the platform refused the component something meanwhile.
    pub refused: bool,
}

impl Component {
    /// The component of a folder, held against its manifest.
    pub fn load(package: &Package, plugin: &Plugin, code: &Code) -> Result<Self, Failure> {
        let missing = || Failure::new(format!("没有组件文件 {}：先编译它", code.component));
        let bytes = package.component().ok_or_else(missing)?;
        let host = Host::new(Settings { measured: true, ..Settings::default() }).map_err(Failure::new)?;
        let program = host.compile(bytes, &code::declared(code, &plugin.capabilities));
        let program = program.map_err(|refusal| Failure::new(format!("{}：{refusal}", code.component)))?;
        Ok(Self { host, program, requested: plugin.capabilities.clone(), calls: AtomicI32::new(0) })
    }

    /// Asks it; a test whose grants nobody could give is refused.
    pub async fn ask(&self, about: &About, today: NaiveDate, setting: &Setting) -> Result<Tried, Failure> {
        let wanted = setting.grants.clone().unwrap_or_default();
        let Capabilities { core, data, connectors, effects } = self.requested.and(&wanted);
        let given = Capabilities { core: core.clone(), data: data.clone(), connectors: connectors.clone(), effects };
        if given != wanted.and(&wanted) {
            return Err(Failure::new("grants 授予了清单的 [capabilities] 没有申请的能力"));
        }
        let plug = Plug {
            tenant: Uuid::nil(),
            key: "test".into(),
            version: "0".into(),
            // As if somebody had looked at it after each call: no fault of one call rests it in the next.
            revision: self.calls.fetch_add(1, Ordering::Relaxed),
            grants: Arc::new(Grants { views: core, kinds: data, connectors }),
        };
        let midnight = today.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
        // Eight hours before midnight in Greenwich it is midnight in Shanghai.
        let context = Context {
            today: today.to_string(),
            now_ms: midnight - 8 * 3_600_000,
            config: Json::Object(setting.config.clone()).to_string(),
            actor: setting.actor.clone(),
            roles: setting.roles.clone(),
            ..Context::default()
        };
        let platform = Arc::new(Recorded::new(setting.platform.as_deref()));
        let (answer, spent) = self.host.measure(&self.program, &plug, context, about.ask(), platform.clone()).await;
        let mut odd = platform.odd();
        if let (Some(_), Ok(answer)) = (&setting.grants, &answer) {
            let beyond = wanted_done(answer).iter().map(name).filter(|name| !given.effects.contains(*name));
            odd.extend(beyond.map(|name| format!("没有授予动作 {name}")));
        }
        let took = format!("{} 条指令，{} KiB 内存", spent.fuel.unwrap_or(0), spent.memory / 1024);
        Ok(Tried { answer, took, odd, refused: platform.has_refused() })
    }
}

/// What an answer wants done; of a mutation that is refused nothing is.
fn wanted_done(answer: &Answer) -> &[Effect] {
    match answer {
        Answer::Effects(effects) => effects,
        Answer::Acted(Acted { problems, effects, .. }) if problems.iter().all(|p| p.level != Level::Error) => effects,
        _ => &[],
    }
}

fn name(effect: &Effect) -> &'static str {
    match effect {
        Effect::SetField(_) => "set-field",
        Effect::OpenTask(_) => "open-task",
        Effect::Notify(_) => "notify",
        Effect::StartMatter(_) => "start-matter",
    }
}
