//! A static share of an inventory, from the command line or from the environment of an engine that starts several
//! processes.

use std::str::FromStr;

use miette::Diagnostic;
use thiserror::Error;

/// The share `number` of `count`, both from 1. A unit belongs to one share by its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    number: u64,
    count: u64,
}

/// A share that cannot be used.
#[derive(Clone, Debug, Error, Diagnostic, PartialEq, Eq)]
pub(crate) enum ShardError {
    #[error("`{0}` is no share of an inventory")]
    #[diagnostic(
        code(skant::fleet::shard),
        help("write K/N with K from 1 to N, such as `1/4`, or `auto` where an engine sets its variables")
    )]
    Form(String),
    #[error("no variable of the environment says which share this is")]
    #[diagnostic(
        code(skant::fleet::shard_unknown),
        help("`--shard auto` reads the variables of {}; elsewhere write `--shard K/N`", names())
    )]
    NoVariables,
    #[error("the environment has the variables of {0} and of {1}")]
    #[diagnostic(code(skant::fleet::shard_ambiguous), help("write `--shard K/N`"))]
    Several(&'static str, &'static str),
    #[error("{variable} is missing, is no number, or does not fit {engine}")]
    #[diagnostic(code(skant::fleet::shard_variable), help("{help}"))]
    Variable { engine: &'static str, variable: &'static str, help: &'static str },
}

/// The variables of an engine.
struct Engine {
    name: &'static str,
    /// The number of this process.
    index: &'static str,
    /// The number of the first process: a variable or a constant.
    first: First,
    /// The number of processes.
    count: &'static str,
    help: &'static str,
}

enum First {
    Number(u64),
    /// The variables of the first number and of the step.
    Variables(&'static str, &'static str),
}

const BOTH: &str = "the engine sets both variables; start each process by it";

/// The engines that start several processes with numbers in variables.
const ENGINES: [Engine; 7] = [
    Engine {
        name: "Kubernetes",
        index: "JOB_COMPLETION_INDEX",
        first: First::Number(0),
        count: "SKANT_SHARDS",
        help: "Kubernetes does not tell the number of completions: set `SKANT_SHARDS` to it in the Job",
    },
    Engine {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        first: First::Variables("SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP"),
        count: "SLURM_ARRAY_TASK_COUNT",
        help: "the array has to be a range without gaps, such as `--array=1-64`",
    },
    Engine {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        first: First::Number(0),
        count: "AWS_BATCH_JOB_ARRAY_SIZE",
        help: BOTH,
    },
    Engine {
        name: "GitLab",
        index: "CI_NODE_INDEX",
        first: First::Number(1),
        count: "CI_NODE_TOTAL",
        help: BOTH,
    },
    Engine {
        name: "CircleCI",
        index: "CIRCLE_NODE_INDEX",
        first: First::Number(0),
        count: "CIRCLE_NODE_TOTAL",
        help: BOTH,
    },
    Engine {
        name: "Buildkite",
        index: "BUILDKITE_PARALLEL_JOB",
        first: First::Number(0),
        count: "BUILDKITE_PARALLEL_JOB_COUNT",
        help: BOTH,
    },
    Engine {
        name: "Azure Pipelines",
        index: "SYSTEM_JOBPOSITIONINPHASE",
        first: First::Number(1),
        count: "SYSTEM_TOTALJOBSINPHASE",
        help: BOTH,
    },
];

fn names() -> String {
    ENGINES.map(|engine| engine.name).join(", ")
}

impl Shard {
    /// The whole inventory.
    pub(crate) const WHOLE: Self = Self { number: 1, count: 1 };

    /// Whether the unit in this line, from 0, belongs to the share.
    pub(crate) const fn includes(self, line: u64) -> bool {
        line % self.count == self.number - 1
    }

    /// Returns the number of units of the share of an inventory.
    pub(crate) const fn size(self, units: u64) -> u64 {
        (units + self.count - self.number) / self.count
    }

    /// Reads `K/N` or `auto`.
    ///
    /// # Errors
    /// It is no share, or the environment does not say which.
    pub(crate) fn read(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ShardError> {
        if text == "auto" { Self::from_environment(variable) } else { text.parse() }
    }

    fn from_environment(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ShardError> {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let mut present = ENGINES.iter().filter(|engine| is_set(engine.index));
        let engine = present.next().ok_or(ShardError::NoVariables)?;
        if let Some(other) = present.next() {
            return Err(ShardError::Several(engine.name, other.name));
        }
        let number = |name: &'static str| -> Result<u64, ShardError> {
            let value = variable(name).and_then(|value| value.trim().parse().ok());
            value.ok_or(ShardError::Variable { engine: engine.name, variable: name, help: engine.help })
        };
        let (index, count) = (number(engine.index)?, number(engine.count)?);
        let (first, step) = match engine.first {
            First::Number(first) => (first, 1),
            First::Variables(first, step) => {
                (number(first)?, variable(step).map_or(Ok(1), |_| number(step))?)
            }
        };
        let wrong = ShardError::Variable { engine: engine.name, variable: engine.index, help: engine.help };
        let from_first =
            index.checked_sub(first).filter(|from| step > 0 && from % step == 0).ok_or(wrong.clone())?;
        Self::of(from_first / step + 1, count).ok_or(wrong)
    }

    const fn of(number: u64, count: u64) -> Option<Self> {
        if number >= 1 && number <= count { Some(Self { number, count }) } else { None }
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let numbers = text
            .split_once('/')
            .and_then(|(number, count)| Self::of(number.trim().parse().ok()?, count.trim().parse().ok()?));
        numbers.ok_or_else(|| ShardError::Form(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(variables: &[(&str, &str)]) -> Result<Shard, ShardError> {
        let value = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Shard::read("auto", &value)
    }

    #[test]
    fn each_line_belongs_to_one_share() {
        for count in 1..9 {
            for line in 0..50 {
                let shares = (1..=count).map(|number| Shard::of(number, count).unwrap());
                assert_eq!(shares.filter(|shard| shard.includes(line)).count(), 1);
            }
        }
        assert_eq!("2/4".parse(), Ok(Shard { number: 2, count: 4 }));
        for text in ["0/4", "5/4", "1", "a/b", "-1/4", "1/0", ""] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError::Form(text.to_owned())));
        }
    }

    #[test]
    fn the_environment_of_an_engine_names_the_share() {
        for (variables, expected) in [
            (&[("JOB_COMPLETION_INDEX", "0"), ("SKANT_SHARDS", "3")][..], (1, 3)),
            (&[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "3")], (3, 3)),
            (&[("CIRCLE_NODE_INDEX", "2"), ("CIRCLE_NODE_TOTAL", "3")], (3, 3)),
            (&[("BUILDKITE_PARALLEL_JOB", "1"), ("BUILDKITE_PARALLEL_JOB_COUNT", "2")], (2, 2)),
            (&[("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "9")], (1, 9)),
            (&[("SYSTEM_JOBPOSITIONINPHASE", "1"), ("SYSTEM_TOTALJOBSINPHASE", "2")], (1, 2)),
            (
                &[
                    ("SLURM_ARRAY_TASK_ID", "14"),
                    ("SLURM_ARRAY_TASK_MIN", "10"),
                    ("SLURM_ARRAY_TASK_STEP", "2"),
                    ("SLURM_ARRAY_TASK_COUNT", "5"),
                ],
                (3, 5),
            ),
        ] {
            assert_eq!(auto(variables), Ok(Shard { number: expected.0, count: expected.1 }), "{variables:?}");
        }
    }

    #[test]
    fn an_environment_that_does_not_tell_is_an_error() {
        assert_eq!(auto(&[]), Err(ShardError::NoVariables));
        let two = [("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "1"), ("JOB_COMPLETION_INDEX", "0")];
        assert_eq!(auto(&two), Err(ShardError::Several("Kubernetes", "GitLab")));
        for variables in [
            &[("JOB_COMPLETION_INDEX", "0")][..],
            &[("JOB_COMPLETION_INDEX", "3"), ("SKANT_SHARDS", "3")],
            &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "3")],
            &[("CI_NODE_INDEX", "x"), ("CI_NODE_TOTAL", "3")],
            &[("SLURM_ARRAY_TASK_ID", "7"), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_COUNT", "3")],
        ] {
            assert!(matches!(auto(variables), Err(ShardError::Variable { .. })), "{variables:?}");
        }
    }
}
