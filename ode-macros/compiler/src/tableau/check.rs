//! What must hold of a tableau, each rule at the tokens that a violation is shown at.

use super::{
    coefficient::Coefficient,
    condition::{Conditions, Miss, Tree},
    form::Exact,
    number::{Constant, Number},
    read::{Power, Row, Source, Weights},
    refusal::{self, Off},
};
use syn::{Error, Result};

/// Published interpolants with decimals have about 17 digits, and coefficients of some tens.
const DECIMAL_DENSE_LIMIT: &str = "1e-14";

/// All mistakes, as one error.
fn all(errors: impl IntoIterator<Item = Error>) -> Result<()> {
    let combined = errors.into_iter().reduce(|mut all, next| {
        all.combine(next);
        all
    });
    combined.map_or(Ok(()), Err)
}

/// The right rows are there, those of stages and weights with as many coefficients as they should have.
pub(super) fn layout(source: &Source) -> Result<()> {
    let stages = source.rows.len();
    let mut errors = Vec::new();
    for (i, row) in source.rows.iter().enumerate() {
        let found = row.coefficients.len();
        if found != i {
            // Surplus ones are pointed at themselves, a gap at the row.
            let tokens = row.coefficients.get(i).map_or_else(|| row.tokens(), |first| first.tokens.clone());
            errors.push(Error::new_spanned(tokens, refusal::row_count(i + 1, found, i)));
        }
    }
    let embedded = source.embedded_weights.iter().map(|row| (true, row));
    for (embedded, row) in [(false, &source.weights)].into_iter().chain(embedded) {
        if row.coefficients.len() != stages {
            let text = refusal::weights_count(embedded, row.coefficients.len(), stages);
            errors.push(Error::new_spanned(row.tokens(), text));
        }
    }
    let (orders, rows) = (&source.embedded, &source.embedded_weights);
    if let Some(order) = orders.get(rows.len()) {
        errors.push(Error::new_spanned(&order.token, refusal::EMBEDDED_WITHOUT_ROW));
    }
    if let Some(row) = rows.get(orders.len()) {
        errors.push(Error::new_spanned(row.tokens(), refusal::ROW_WITHOUT_EMBEDDED));
    }
    if let (Some(stage), None, None) = (source.extra.first(), &source.dense, source.powers.first()) {
        errors.push(Error::new_spanned(&stage.node, refusal::EXTRA_WITHOUT_ROWS));
    }
    match (&source.dense, source.powers.first()) {
        (Some(order), None) => errors.push(Error::new_spanned(&order.token, refusal::DENSE_WITHOUT_ROWS)),
        (None, Some(power)) => errors.push(Error::new_spanned(&power.label, refusal::ROWS_WITHOUT_DENSE)),
        (Some(order), Some(_)) if order.value > source.powers.len() => {
            let text = refusal::too_few_powers(order.value, source.powers.len());
            errors.push(Error::new_spanned(&order.token, text));
        }
        _ => {}
    }
    all(errors)
}

/// Nodes, row sums, order conditions, dense output. A later group is meaningless while an earlier one fails,
/// and would only repeat its mistakes.
pub(super) fn conditions<T: Number>(source: &Source, method: &Exact<T>) -> Result<()> {
    let limit = larger(T::slack(), source.residual.as_ref());
    let rows = || source.rows.iter().zip(method.c.iter().zip(&method.a));
    all(rows().filter_map(|(row, (node, _))| outside(row, node)))?;
    all((1..).zip(rows()).filter_map(|(number, (row, (node, a)))| {
        row_sum(row, node, a, &limit, (&format!("row {number}"), "residual"))
    }))?;
    let mut stages = method.a.clone();
    stages.extend(method.extra.iter().map(|stage| stage.a.clone()));
    let conditions = Conditions::new(&stages, source.highest_order());
    let what = "these weights";
    all(order(&source.weights, &method.b, source.order.value, what, &conditions, &limit))?;
    for ((row, weights), stated) in source.embedded_weights.iter().zip(&method.embedded).zip(&source.embedded)
    {
        all(order(row, weights, stated.value, "these embedded weights", &conditions, &limit))?;
    }
    dense(source, method, &conditions)
}

/// The stages that dense output alone needs: once the weights are right, which tell whether the last row is the completion.
fn extra<T: Number>(source: &Source, method: &Exact<T>) -> Result<()> {
    let stages = method.c.len();
    let rows = || source.extra.iter().zip(&method.extra).enumerate();
    let first_same_as_last = stages == source.rows.len();
    all(rows().filter_map(|(i, (row, stage))| {
        let (found, needed) = (stage.a.len(), stages + i);
        let text = || refusal::extra_count(i + 1, found, needed, first_same_as_last);
        (found != needed).then(|| Error::new_spanned(row.tokens(), text()))
    }))?;
    all(rows().filter_map(|(_, (row, stage))| outside(row, &stage.c)))?;
    let limit = dense_limit::<T>(source);
    all(rows().filter_map(|(i, (row, stage))| {
        let what = (format!("extra stage {}", i + 1), "dense N within");
        row_sum(row, &stage.c, &stage.a, &limit, (&what.0, what.1))
    }))
}

fn outside<T: Number>(row: &Row, node: &T) -> Option<Error> {
    let inside = !node.is_negative() && !T::ratio(1, 1).minus(node).is_negative();
    (!inside).then(|| Error::new_spanned(&row.node, refusal::node_outside(&row.node.text())))
}

/// `what` is how a message calls the row, and what of the header allows for digits cut off there.
fn row_sum<T: Number>(
    row: &Row,
    node: &T,
    coefficients: &[T],
    limit: &T,
    (what, key): (&str, &str),
) -> Option<Error> {
    let sum = coefficients.iter().fold(T::ratio(0, 1), |sum, a| sum.plus(a));
    let by = sum.minus(node);
    (!by.is_within(limit)).then(|| {
        let off = Off { found: sum.text(), needed: row.node.text(), by: by.to_f64() };
        Error::new_spanned(row.tokens(), refusal::row_sum(what, &off, key))
    })
}

/// The first condition that a row of weights misses, shown at the row.
fn order<T: Number>(
    row: &Weights,
    weights: &[T],
    stated: usize,
    what: &str,
    conditions: &Conditions<T>,
    limit: &T,
) -> Option<Error> {
    // Without the completion that may have been added: it is not the user's to correct.
    let weights = &weights[..row.coefficients.len()];
    let miss = conditions.first_miss(weights, stated, limit, |tree| T::ratio(1, tree.gamma))?;
    Some(culprit(&row.coefficients, weights, stated, what, &miss).unwrap_or_else(|| {
        let text = match miss.order - 1 {
            0 => refusal::weights_sum(what, &off(&miss)),
            reached => refusal::order_missed(what, stated, &miss.tree, reached, &off(&miss)),
        };
        Error::new_spanned(row.tokens(), text)
    }))
}

/// A miss shown at the coefficient that accounts for it, where there is one, and it is a mistake.
fn culprit<T: Number>(
    row: &[Coefficient],
    weights: &[T],
    stated: usize,
    what: &str,
    miss: &Miss<T>,
) -> Option<Error> {
    let (stage, delta) = miss.culprit.as_ref().filter(|_| !off(miss).is_cut_off())?;
    let should = weights[*stage].minus(delta).text();
    let text = refusal::culprit(what, stated, &row[*stage].text(), &should);
    Some(Error::new_spanned(&row[*stage], text))
}

fn off<T: Number>(miss: &Miss<T>) -> Off {
    Off { found: miss.found.text(), needed: miss.needed.text(), by: miss.found.minus(&miss.needed).to_f64() }
}

/// `b(theta)` meets every condition power by power, and `b(1)` is `b`.
fn dense<T: Number>(source: &Source, method: &Exact<T>, conditions: &Conditions<T>) -> Result<()> {
    let Some(stated) = method.dense_order else { return Ok(()) };
    extra(source, method)?;
    all(source.powers.iter().filter_map(|row| power_count(source, method, row)))?;
    all((0..source.extra.len()).filter_map(|i| unused(source, method, i)))?;
    let limit = dense_limit::<T>(source);
    let misses = source.powers.iter().zip((1..).zip(&method.powers)).find_map(|(row, (power, weights))| {
        let needed = |tree: &Tree| if tree.order == power { T::ratio(1, tree.gamma) } else { T::ratio(0, 1) };
        let miss = conditions.first_miss(weights, stated, &limit, needed)?;
        let label = row.label_text();
        let what = format!("the row of {label}");
        Some(culprit(&row.coefficients, weights, stated, &what, &miss).unwrap_or_else(|| {
            Error::new_spanned(row.tokens(), refusal::dense_missed(&label, stated, &miss.tree, &off(&miss)))
        }))
    });
    let stages = method.b.len() + method.extra.len();
    let end = || (0..stages).find_map(|stage| dense_end(source, method, stage, &limit));
    misses.or_else(end).map_or(Ok(()), Err)
}

/// Here and not in [`layout`]: a wrong weight would hide that the last row is the completion.
fn power_count<T>(source: &Source, method: &Exact<T>, row: &Power) -> Option<Error> {
    let (found, needed) = (row.coefficients.len(), method.c.len() + method.extra.len());
    (found != needed).then(|| {
        let first_same_as_last = method.c.len() == source.rows.len();
        let extra = !method.extra.is_empty();
        let text = refusal::power_count(&row.label_text(), found, needed, first_same_as_last, extra);
        Error::new_spanned(row.tokens(), text)
    })
}

/// An extra stage that costs an evaluation for nothing.
fn unused<T: Number>(source: &Source, method: &Exact<T>, extra: usize) -> Option<Error> {
    let column = method.c.len() + extra;
    let later = method.extra[extra + 1..].iter().map(|stage| &stage.a);
    let used = method.powers.iter().chain(later).any(|row| !row[column].is_zero());
    (!used).then(|| Error::new_spanned(&source.extra[extra].node, refusal::extra_unused(extra + 1)))
}

fn dense_end<T: Number>(source: &Source, method: &Exact<T>, stage: usize, limit: &T) -> Option<Error> {
    let sum = method.powers.iter().fold(T::ratio(0, 1), |sum, row| sum.plus(&row[stage]));
    // Extra stages have none.
    let weight = method.b.get(stage).cloned().unwrap_or_else(|| T::ratio(0, 1));
    let by = sum.minus(&weight);
    let last = &source.powers.last()?.coefficients[stage];
    (!by.is_within(limit)).then(|| {
        let off = Off { found: sum.text(), needed: weight.text(), by: by.to_f64() };
        Error::new_spanned(last, refusal::dense_end(stage + 1, stage >= method.b.len(), &off))
    })
}

/// What is stated; otherwise decimals are taken to have been cut off, and fractions to be exact.
fn dense_limit<T: Number>(source: &Source) -> T {
    if source.within.is_some() {
        return larger(T::slack(), source.within.as_ref());
    }
    let extra = source.extra.iter().flat_map(|row| row.coefficients.iter().chain([&row.node]));
    let rows = source.powers.iter().flat_map(|row| &row.coefficients);
    let decimal = rows.chain(extra).any(Coefficient::is_decimal);
    let cut_off = Constant::from_decimal(DECIMAL_DENSE_LIMIT).filter(|_| decimal);
    larger(larger(T::slack(), source.residual.as_ref()), cut_off.as_ref())
}

fn larger<T: Number>(limit: T, stated: Option<&Constant>) -> T {
    stated.map(T::of).filter(|stated| !stated.is_within(&limit)).unwrap_or(limit)
}
