//! Components in the text form of WebAssembly: what the hostile corpus and the tests are made of, since they need no
//! compiler but the one that is here.

use crate::limits::Hook;

const TYPES: &str = r#"
  (import "zugong:plugin/types@1.0.0" (instance $types
    (type $ctx_ (record (field "call-id" string) (field "tenant-code" string) (field "now-ms" s64)
      (field "today" string) (field "config" string) (field "actor" string) (field "roles" (list string))))
    (export "ctx" (type (eq $ctx_)))
    (type $level_ (enum "error" "warn"))
    (export "level" (type $level (eq $level_)))
    (type $problem_ (record (field "path" string) (field "code" string) (field "message" string) (field "level" $level)))
    (export "problem" (type $problem (eq $problem_)))
    (type $line_ (record (field "item" string) (field "points" s64) (field "max" s64) (field "reason" string)
      (field "evidence" (list string))))
    (export "score-line" (type (eq $line_)))
    (type $pair (tuple string string))
    (type $effect_ (variant (case "set-field" $pair) (case "open-task" string) (case "notify" string)
      (case "start-matter" string)))
    (export "effect" (type $effect (eq $effect_)))
    (type $acted_ (record (field "answer" string) (field "problems" (list $problem)) (field "effects" (list $effect))))
    (export "acted" (type (eq $acted_)))
    (type $fault_ (variant (case "bad-input" string) (case "denied" string) (case "unavailable" string)
      (case "internal" string)))
    (export "fault" (type (eq $fault_)))))
  (alias export $types "ctx" (type $ctx))
  (alias export $types "problem" (type $problem))
  (alias export $types "score-line" (type $line))
  (alias export $types "effect" (type $effect))
  (alias export $types "acted" (type $acted))
  (alias export $types "fault" (type $fault))
"#;

const LOG: &str = r#"
  (import "zugong:plugin/log@1.0.0" (instance $log
    (export "write" (func (param "level" u8) (param "message" string) (param "fields" string)))))
  (core func $write (canon lower (func $log "write") (memory (core memory $libc "memory"))))
"#;

const DATA: &str = r#"
  (import "zugong:plugin/data@1.0.0" (instance $data
    (alias outer 1 $fault (type $f))
    (export "fault" (type $fault (eq $f)))
    (export "get-many" (func (param "kind" string) (param "ids" (list string))
      (result (result (list (option string)) (error $fault)))))
    (export "find" (func (param "kind" string) (param "filter" string) (param "after" (option string))
      (result (result string (error $fault)))))))
  (core func $find (canon lower (func $data "find") (memory (core memory $libc "memory"))
    (realloc (core func $libc "cabi_realloc"))))
  (core func $get (canon lower (func $data "get-many") (memory (core memory $libc "memory"))
    (realloc (core func $libc "cabi_realloc"))))
"#;

const CORE: &str = r#"
  (import "zugong:plugin/core@1.0.0" (instance $core
    (alias outer 1 $fault (type $f))
    (export "fault" (type $fault (eq $f)))
    (export "read" (func (param "view" string) (param "ids" (list string))
      (result (result (list string) (error $fault)))))))
  (core func $read (canon lower (func $core "read") (memory (core memory $libc "memory"))
    (realloc (core func $libc "cabi_realloc"))))
"#;

const CONNECTOR: &str = r#"
  (import "zugong:plugin/connector@1.0.0" (instance $connector
    (alias outer 1 $fault (type $f))
    (export "fault" (type $fault (eq $f)))
    (export "call-many" (func (param "name" string) (param "operation" string) (param "bodies" (list string))
      (result (list (result string (error $fault))))))))
  (core func $call (canon lower (func $connector "call-many") (memory (core memory $libc "memory"))
    (realloc (core func $libc "cabi_realloc"))))
"#;

/// Gives memory from the front of what is free, and grows by need. It never takes any back.
pub const REALLOC: &str = r#"
    (global $top (mut i32) (i32.const 65536))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and
        (i32.add (global.get $top) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
      (global.set $top (i32.add (local.get $at) (local.get 3)))
      (block $done (loop $more
        (br_if $done (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $done (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
        (br $more)))
      (local.get $at))
"#;

/// What a component is made of.
#[derive(Clone, Copy, Debug)]
pub struct Guest<'a> {
    /// The hook that it exports.
    pub hook: Hook,
    /// What its memory's module holds besides the memory: a `cabi_realloc`.
    pub realloc: &'a str,
    /// The memory, as in `2` or `2 10`: pages at first, and at most.
    pub memory: &'a str,
    /// What the module with `run` holds, which gets the address of what it is given and gives that of its answer.
    pub main: &'a str,
    /// Whether it may write to the log: then `main` may call `$write`.
    pub log: bool,
    /// Whether it may ask for data: then `main` may call `$get` and `$find`.
    pub data: bool,
    /// Whether it may read the platform's data: then `main` may call `$read`.
    pub core: bool,
    /// Whether it may call agencies' systems: then `main` may call `$call`.
    pub connector: bool,
    /// What stands in the component besides.
    pub besides: &'a str,
}

impl Guest<'_> {
    /// One that answers as `main` says.
    pub const fn of(hook: Hook, main: &str) -> Guest<'_> {
        Guest {
            hook,
            realloc: REALLOC,
            memory: "4",
            main,
            log: false,
            data: false,
            core: false,
            connector: false,
            besides: "",
        }
    }

    /// Its text.
    pub fn text(&self) -> String {
        let Self { realloc, memory, main, besides, .. } = self;
        let (given, answer) = match self.hook {
            Hook::Validate => {
                (r#"(param "hook" string) (param "form" string) (param "before" (option string))"#, "(list $problem)")
            }
            Hook::Score => (r#"(param "scheme" string) (param "input" string)"#, "(list $line)"),
            Hook::OnTransition => {
                (r#"(param "item" string) (param "from-state" string) (param "to-state" string)"#, "(list $effect)")
            }
            Hook::Resolve => {
                (r#"(param "field" string) (param "parents" (list string)) (param "args" string)"#, "(list string)")
            }
            Hook::Act => (r#"(param "mutation" string) (param "args" string)"#, "$acted"),
        };
        let mut imports = String::new();
        let mut with = String::new();
        let mut named = String::new();
        if self.log {
            imports += LOG;
            with += r#"(export "write" (func $write))"#;
            named += r#"(import "host" "write" (func $write (param i32 i32 i32 i32 i32)))"#;
        }
        if self.data {
            imports += DATA;
            with += r#"(export "get" (func $get)) (export "find" (func $find))"#;
            named += r#"(import "host" "get" (func $get (param i32 i32 i32 i32 i32)))
    (import "host" "find" (func $find (param i32 i32 i32 i32 i32 i32 i32 i32)))"#;
        }
        if self.core {
            imports += CORE;
            with += r#"(export "read" (func $read))"#;
            named += r#"(import "host" "read" (func $read (param i32 i32 i32 i32 i32)))"#;
        }
        if self.connector {
            imports += CONNECTOR;
            with += r#"(export "call" (func $call))"#;
            named += r#"(import "host" "call" (func $call (param i32 i32 i32 i32 i32 i32 i32)))"#;
        }
        let interface = self.hook.interface();
        format!(
            r#"(component {TYPES}
  (core module $Libc (memory (export "memory") {memory}) {realloc})
  (core instance $libc (instantiate $Libc))
  {imports}
  (core module $Main
    (import "libc" "memory" (memory 0))
    {named}
    {main})
  (core instance $main (instantiate $Main (with "libc" (instance $libc)) (with "host" (instance {with}))))
  (func $run (param "ctx" $ctx) {given} (result (result {answer} (error $fault)))
    (canon lift (core func $main "run") (memory (core memory $libc "memory")) (realloc (core func $libc "cabi_realloc"))))
  (instance $hook (export "run" (func $run)))
  (export "{interface}" (instance $hook))
  {besides}
)"#
        )
    }

    /// Its bytes, or what is wrong with its text.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        wat::parse_str(self.text()).map_err(|error| error.to_string())
    }
}

/// Answers that nothing is wrong, that there are no points, that nothing is to be done.
pub const NOTHING: &str = r#"
    (func (export "run") (param i32) (result i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 0))
      (i32.store (i32.const 24) (i32.const 0))
      (i32.const 16))
"#;

/// Answers a field of each parent by the parent itself.
pub const ECHO: &str = r#"
    (func (export "run") (param $in i32) (result i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.load offset=64 (local.get $in)))
      (i32.store (i32.const 24) (i32.load offset=68 (local.get $in)))
      (i32.const 16))
"#;

/// Answers a form by one problem whose message is the form.
pub const TELLS_THE_FORM: &str = r#"
    (func (export "run") (param $in i32) (result i32)
      (i32.store (i32.const 64) (i32.const 200))
      (i32.store (i32.const 68) (i32.const 0))
      (i32.store (i32.const 72) (i32.const 200))
      (i32.store (i32.const 76) (i32.const 0))
      (i32.store (i32.const 80) (i32.load offset=64 (local.get $in)))
      (i32.store (i32.const 84) (i32.load offset=68 (local.get $in)))
      (i32.store8 (i32.const 88) (i32.const 0))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.const 16))
"#;

/// Answers points that hang on every bit of floats: one line of sums over the bytes of the input, one of values that are no
/// numbers, one computed (with the sign that the processor gives it) and one with something in it. A `score`.
pub const FLOATS: &str = r#"
    (data (i32.const 1000) "sum")
    (data (i32.const 1010) "nan")
    (func (export "run") (param $in i32) (result i32)
      (local $at i32) (local $end i32) (local $sum f64) (local $small f32)
      (local.set $at (i32.load offset=64 (local.get $in)))
      (local.set $end (i32.add (local.get $at) (i32.load offset=68 (local.get $in))))
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (f64.add
          (f64.mul (local.get $sum) (f64.const 0.9990234375001))
          (f64.sqrt (f64.convert_i32_u (i32.load8_u (local.get $at))))))
        (local.set $small (f32.add
          (f32.mul (local.get $small) (f32.const 0.7071))
          (f32.demote_f64 (local.get $sum))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
      (memory.fill (i32.const 64) (i32.const 0) (i32.const 80))
      (i32.store (i32.const 64) (i32.const 1000)) (i32.store (i32.const 68) (i32.const 3))
      (i64.store (i32.const 72) (i64.and (i64.reinterpret_f64 (local.get $sum)) (i64.const 0x7fffffff)))
      (i64.store (i32.const 80)
        (i64.extend_i32_u (i32.and (i32.reinterpret_f32 (local.get $small)) (i32.const 0x7fffffff))))
      (i32.store (i32.const 104) (i32.const 1010)) (i32.store (i32.const 108) (i32.const 3))
      (i64.store (i32.const 112) (i64.shr_u
        (i64.reinterpret_f64 (f64.div (f64.sub (local.get $sum) (local.get $sum)) (f64.const 0)))
        (i64.const 33)))
      (i64.store (i32.const 120) (i64.and
        (i64.reinterpret_f64 (f64.add (f64.reinterpret_i64 (i64.const 0x7ff8000000000123)) (local.get $sum)))
        (i64.const 0x7fffffff)))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.const 2))
      (i32.const 16))
"#;
