use serde_json::Value;

use super::coerce::boolean;
use super::template::boolean_verdict;
use super::{Binary, Condition, EvaluationError, Expression, Scope, Term, Unary};

/// Most atoms of a condition of which the values are told.
const MOST: usize = 64;

/// What each atom of a condition came to, in the order they are written; `None` for one that was not asked.
pub type Atoms = Vec<Option<bool>>;

/// Gives the value of an atom, by its number.
type Evaluate<'a> = dyn FnMut(&Expression, usize) -> Result<Value, EvaluationError> + 'a;

impl Condition {
    /// The parts that `&&`, `||`, `!` and `? :` put together, in the order they are written. A condition that is not put
    /// together is one atom; one of more than 64 has none.
    pub fn atoms(&self) -> Vec<&Expression> {
        let mut atoms = Vec::new();
        if let Some(expression) = self.sole() {
            expression.collect_atoms(&mut atoms);
        }
        if atoms.len() > MOST {
            atoms.clear();
        }
        atoms
    }

    /// The verdict as [`Condition::test`] gives it, and what each atom came to. Of a condition that is one atom there is nothing
    /// to tell beside the verdict.
    ///
    /// # Errors
    /// As [`Condition::test`].
    pub fn watch(&self, scope: Scope<'_>) -> Result<(bool, Atoms), EvaluationError> {
        match self.sole() {
            Some(expression) if expression.is_put_together() => {
                let mut atoms = Vec::new();
                let value = expression.decide(&mut |atom, _| atom.evaluate(scope), &mut atoms)?;
                if atoms.len() > MOST {
                    atoms.clear();
                }
                Ok((boolean_verdict(value)?, atoms))
            }
            _ => Ok((self.test(scope)?, Vec::new())),
        }
    }

    /// The verdict if its atoms came to these values, and which of them would be asked. `None` for a condition that has no atoms,
    /// or more than there are values.
    pub fn suppose(&self, values: &[bool]) -> Option<(bool, Atoms)> {
        let mut atoms = Vec::new();
        let given = |_: &Expression, at: usize| {
            let value = values.get(at).copied();
            value.map(Value::Bool).ok_or(EvaluationError::ConditionNull)
        };
        let value = self.sole()?.decide(&mut { given }, &mut atoms).ok()?;
        Some((value.as_bool()?, atoms))
    }
}

impl Expression {
    /// Whether it is made of conditions.
    pub fn is_put_together(&self) -> bool {
        matches!(self.term, Term::Unary(Unary::Not, _) | Term::Binary(Binary::And | Binary::Or, ..) | Term::Ternary(..))
    }

    fn collect_atoms<'a>(&'a self, atoms: &mut Vec<&'a Self>) {
        if self.is_put_together() {
            self.operands().into_iter().for_each(|operand| operand.collect_atoms(atoms));
        } else {
            atoms.push(self);
        }
    }

    /// The value where a function evaluates the atoms, each with its number; adds what each came to.
    fn decide(&self, evaluate: &mut Evaluate<'_>, atoms: &mut Atoms) -> Result<Value, EvaluationError> {
        let value = match &self.term {
            Term::Unary(Unary::Not, operand) => !boolean(&operand.decide(evaluate, atoms)?)?,
            Term::Binary(sign @ (Binary::And | Binary::Or), left, right) => {
                let value = boolean(&left.decide(evaluate, atoms)?)?;
                if value == (*sign == Binary::Or) {
                    right.pass_over(atoms);
                    value
                } else {
                    boolean(&right.decide(evaluate, atoms)?)?
                }
            }
            Term::Ternary(condition, yes, no) => {
                if boolean(&condition.decide(evaluate, atoms)?)? {
                    let value = yes.decide(evaluate, atoms)?;
                    no.pass_over(atoms);
                    return Ok(value);
                }
                yes.pass_over(atoms);
                return no.decide(evaluate, atoms);
            }
            _ => {
                let value = evaluate(self, atoms.len())?;
                atoms.push(boolean(&value).ok());
                return Ok(value);
            }
        };
        Ok(Value::Bool(value))
    }

    fn pass_over(&self, atoms: &mut Atoms) {
        if self.is_put_together() {
            self.operands().into_iter().for_each(|operand| operand.pass_over(atoms));
        } else {
            atoms.push(None);
        }
    }
}
