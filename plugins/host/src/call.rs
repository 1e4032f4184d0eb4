//! One question to one instance.

use wasmtime::{
    Store,
    component::{ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower},
};

use crate::{
    abi::{ActIn, Acted, Context, Effect, OnTransitionIn, Outcome, Problem, ResolveIn, ScoreIn, ScoreLine, ValidateIn},
    fault::{Code, Failure, classify},
    limits::Hook,
    state::State,
};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Whether a form may be submitted.
    Validate {
        /// The matter and the moment, as in `apply.submit`.
        hook: String,
        /// The form, as JSON.
        form: String,
        /// The form before, as JSON.
        before: Option<String>,
    },
    /// Points.
    Score {
        /// The scheme.
        scheme: String,
        /// What the points depend on, as JSON.
        input: String,
    },
    /// What is to be done after a matter has moved on.
    OnTransition {
        /// The case, as JSON.
        item: String,
        /// Where it was.
        from: String,
        /// Where it is.
        to: String,
    },
    /// Values of a field of many parents.
    Resolve {
        /// The field.
        field: String,
        /// The parents, as JSON each.
        parents: Vec<String>,
        /// The arguments, as JSON.
        args: String,
    },
    /// A mutation.
    Act {
        /// Its name.
        mutation: String,
        /// The arguments, as JSON.
        args: String,
    },
}

impl Ask {
    /// Which hook answers it.
    pub const fn hook(&self) -> Hook {
        match self {
            Self::Validate { .. } => Hook::Validate,
            Self::Score { .. } => Hook::Score,
            Self::OnTransition { .. } => Hook::OnTransition,
            Self::Resolve { .. } => Hook::Resolve,
            Self::Act { .. } => Hook::Act,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Validate { hook, form, before } => hook.len() + form.len() + before.as_ref().map_or(0, String::len),
            Self::Score { scheme, input } => scheme.len() + input.len(),
            Self::OnTransition { item, from, to } => item.len() + from.len() + to.len(),
            Self::Resolve { field, parents, args } => {
                field.len() + args.len() + parents.iter().map(|p| p.len() + 8).sum::<usize>()
            }
            Self::Act { mutation, args } => mutation.len() + args.len(),
        }
    }
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What is wrong with the form.
    Problems(Vec<Problem>),
    /// Points by items.
    Lines(Vec<ScoreLine>),
    /// What is to be done.
    Effects(Vec<Effect>),
    /// One value for each parent, as JSON.
    Values(Vec<String>),
    /// What became of a mutation.
    Acted(Acted),
}

impl Answer {
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Problems(all) => problems(all),
            Self::Lines(all) => all
                .iter()
                .map(|l| 32 + l.item.len() + l.reason.len() + l.evidence.iter().map(|e| 8 + e.len()).sum::<usize>())
                .sum(),
            Self::Effects(all) => effects(all),
            Self::Values(all) => all.iter().map(|v| 8 + v.len()).sum(),
            Self::Acted(acted) => acted.answer.len() + problems(&acted.problems) + effects(&acted.effects),
        }
    }
}

fn problems(all: &[Problem]) -> usize {
    all.iter().map(|p| 16 + p.path.len() + p.code.len() + p.message.len()).sum()
}

fn effects(all: &[Effect]) -> usize {
    let bytes = |effect: &Effect| match effect {
        Effect::SetField((path, value)) => 16 + path.len() + value.len(),
        Effect::OpenTask(text) | Effect::Notify(text) | Effect::StartMatter(text) => 16 + text.len(),
    };
    all.iter().map(bytes).sum()
}

/// Asks. After anything but an answer the instance is not to be used again.
pub fn call(
    store: &mut Store<State>,
    instance: &Instance,
    run: &ComponentExportIndex,
    context: Context,
    ask: Ask,
) -> Result<Answer, Failure> {
    let answer = match ask {
        Ask::Validate { hook, form, before } => {
            let given: ValidateIn = (context, hook, form, before);
            Answer::Problems(one::<_, Vec<Problem>>(store, instance, run, given)?)
        }
        Ask::Score { scheme, input } => {
            let given: ScoreIn = (context, scheme, input);
            Answer::Lines(one::<_, Vec<ScoreLine>>(store, instance, run, given)?)
        }
        Ask::OnTransition { item, from, to } => {
            let given: OnTransitionIn = (context, item, from, to);
            Answer::Effects(one::<_, Vec<Effect>>(store, instance, run, given)?)
        }
        Ask::Resolve { field, parents, args } => {
            let wanted = parents.len();
            let given: ResolveIn = (context, field, parents, args);
            let values = one::<_, Vec<String>>(store, instance, run, given)?;
            if values.len() != wanted {
                return Err(Failure::Ended(Code::Output));
            }
            Answer::Values(values)
        }
        Ask::Act { mutation, args } => {
            let given: ActIn = (context, mutation, args);
            Answer::Acted(one::<_, Acted>(store, instance, run, given)?)
        }
    };
    if answer.bytes() > store.data().limits.output { Err(Failure::Ended(Code::Output)) } else { Ok(answer) }
}

fn one<P, T>(store: &mut Store<State>, instance: &Instance, run: &ComponentExportIndex, given: P) -> Result<T, Failure>
where
    P: ComponentNamedList + Lower,
    Outcome<T>: ComponentNamedList + Lift,
    T: 'static,
{
    let run = instance.get_typed_func::<P, Outcome<T>>(&mut *store, run);
    let run = run.map_err(|error| Failure::Ended(classify(&error)))?;
    let (answer,) = run.call(&mut *store, given).map_err(|error| Failure::Ended(classify(&error)))?;
    answer.map_err(|fault| Failure::Said(fault.into()))
}
