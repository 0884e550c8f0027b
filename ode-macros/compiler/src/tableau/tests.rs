//! Whole tableaus: what is accepted, what is generated, and what each mistake says and points at.

use super::{
    Exact, Rounded, compile,
    number::{Fixed, Number},
    read::Source,
    tableau,
};
use num_rational::BigRational;
use proc_macro2::{TokenStream, TokenTree};
use proptest::{prelude::*, sample::Index};

const BOSH3: &str = "
    pub Bosh3, order 3, embedded 2 {
        0   |
        1/2 | 1/2
        3/4 | 0    3/4
        1   | 2/9  1/3  4/9
        ----+---------------------
            | 2/9  1/3  4/9  0
            | 7/24 1/4  1/3  1/8
    }";

const RALSTON3: &str = "
    Ralston3, order 3 {
        0   |
        1/2 | 1/2
        3/4 | 0    3/4
        ----+----------------
            | 2/9  1/3  4/9
    }";

fn source(text: &str) -> Source {
    syn::parse_str(&format!("$crate; {text}")).unwrap()
}

fn rounded(text: &str) -> Rounded {
    compile::<BigRational>(&source(text)).unwrap()
}

fn generated(text: &str) -> String {
    let tokens = tableau(format!("ode; {text}").parse().unwrap()).unwrap();
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

/// Asserts that `text` is refused at the tokens `at`, once for each part of `says`.
#[track_caller]
fn refused(text: &str, at: &str, says: &str) {
    let error = tableau(format!("$crate; {text}").parse().unwrap()).unwrap_err();
    assert_eq!(error.clone().into_iter().count(), 1, "{error}");
    assert!(error.to_string().contains(says), "{error}");
    let place = error.span().source_text().unwrap_or_default();
    assert_eq!(place.split_whitespace().collect::<Vec<_>>().join(" "), at, "{error}");
}

#[test]
fn bosh3_expands_to_straight_lines() {
    let code = generated(BOSH3);
    let packed = |text: &str| text.split_whitespace().collect::<String>();
    for expected in [
        "pub struct Bosh3;",
        "use ode::__private as rt;",
        r#"name: "bosh3","#,
        "estimates: &[rt::Estimate { order: 2, weights: &[-0.06944444444444445, ",
        "extra: &[],",
        "type ExtraStages<V> = [V; 0usize];",
        "c: &[0.0, 0.5, 0.75, 1.0],",
        "a: &[&[], &[0.5], &[0.0, 0.75]],",
        "type Stages<V> = [V; 4usize];",
        // The argument of a stage; a zero is dropped.
        "let last = h * rt::constant::<L>(0.5);",
        "y1[n] = k[0][n].mul_add_fast(last, y[n]);",
        "rt::AtStage::fill(&mut rhs, 0.5, &*y1, &mut k[1]);",
        "y1[n] = k[1][n].mul_add_fast(last, y[n]);",
        // The end of the step.
        "let sum = k[2][n].mul_add_fast(rt::constant::<L>(0.4444444444444444), sum);",
        "y1[n] = sum.mul_add_fast(h, y[n]);",
        // b - b̂ of the completion.
        "let sum = k[3][n].mul_add_fast(rt::constant::<L>(-0.125), sum);",
        "rt::AtStage::fill(&mut vjp, 0, &k_bar[0], &mut y_bar[0]);",
        "let sum = lambda[n] + y_bar[0][n];",
    ] {
        // Where lines break is prettyplease's matter.
        assert!(packed(&code).contains(&packed(expected)), "{expected}\nis not in\n{code}");
    }
    assert!(!code.contains("rhs, 1.0"), "the completion is evaluated by the caller\n{code}");
}

#[test]
fn first_same_as_last_is_found() {
    let method = rounded(BOSH3);
    assert_eq!((method.a.len(), method.c.len()), (3, 4));
    assert_eq!(method.errors[0], [-5.0 / 72.0, 1.0 / 12.0, 1.0 / 9.0, -0.125]);
}

#[test]
fn other_methods_get_a_completion() {
    let method = rounded(RALSTON3);
    assert_eq!((method.a.len(), method.c.as_slice()), (3, [0.0, 0.5, 0.75, 1.0].as_slice()));
    assert_eq!(method.b, [2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0, 0.0]);
    assert!(method.errors.is_empty());
}

#[test]
fn hermite_meets_the_conditions_of_its_order() {
    let method = rounded(RALSTON3);
    assert_eq!(method.dense_order, 3);
    // θ(1-θ)², and (3θ²(1-θ) + θ³) b.
    assert_eq!(method.dense[0], [1.0, 2.0 / 3.0, 2.0 / 9.0]);
    assert_eq!(method.dense[3], [0.0, -1.0, 0.0]);

    let exact = Exact::<BigRational>::new(&source(RALSTON3));
    let conditions = super::condition::Conditions::new(&exact.a, 3);
    for (power, weights) in (1..).zip(exact.hermite()) {
        let needed =
            |tree: &super::condition::Tree| BigRational::ratio((tree.order == power) as i64, tree.gamma);
        assert!(conditions.first_miss(&weights, 3, &BigRational::slack(), needed).is_none());
    }
}

#[test]
fn surds_are_checked_in_fixed_point() {
    // Of the second-order methods with two stages, those with node 1/sqrt(2).
    let text = "
        Surd, order 2 {
            0         |
            sqrt(2)/2 | 1/sqrt(2)
            ----------+-------------------------
                      | (1 - sqrt(2)/2) sqrt(2)/2
        }";
    let method = compile::<Fixed>(&source(text)).unwrap();
    assert_eq!(method.a[1], [std::f64::consts::FRAC_1_SQRT_2]);
    assert_eq!(method.b[0], 0.292_893_218_813_452_5);
    assert!(tableau(format!("$crate; {text}").parse().unwrap()).is_ok());
    refused(
        &text.replace("| 1/sqrt(2)", "| 0.7071"),
        "0.7071",
        "row 2 sums to 0.7071, but its node is sqrt(2)/2",
    );
}

#[test]
fn an_understated_order_is_accepted() {
    assert!(
        tableau(RALSTON3.replace("order 3", "order 2").replacen("Ral", "$crate; Ral", 1).parse().unwrap())
            .is_ok()
    );
}

#[test]
fn euler_has_no_stage_to_evaluate() {
    let code = generated("Euler, order 1 { 0 | --+-- | 1 }");
    assert!(code.contains("_rhs: impl rt::AtStage"), "{code}");
    assert!(code.contains("let sum = k[0][n];"), "{code}");
}

#[test]
fn wrong_coefficients_are_shown_where_they_stand() {
    refused(
        &BOSH3.replace("0    3/4", "0 4/5"),
        "0 4/5",
        "row 3 sums to 4/5, but its node is 3/4: the coefficients",
    );
    refused(
        &BOSH3.replace("7/24 1/4  1/3  1/8", "7/24 1/4 2/7 1/8"),
        "2/7",
        "this coefficient is 2/7, but should be 1/3: it alone keeps these embedded weights from order 2",
    );
    refused(
        &RALSTON3.replace("order 3", "order 4"),
        "2/9 1/3 4/9",
        "do not have order 4: for the tree [τ,τ,τ] they give 11/48 where 1/4 is needed. The conditions of 3 orders hold",
    );
    refused("Half, order 1 { 0 | 1/2 | 1/2 --+-- | 1/2 1/4 }", "1/2 1/4", "sum to 3/4, but must sum to 1");
    refused("Out, order 1 { 0 | 3/2 | 3/2 --+-- | 1 0 }", "3/2", "this node is 3/2: nodes lie from 0 to 1");
    refused("First, order 1 { 1/2 | --+-- | 1 }", "1/2", "row 1 sums to 0, but its node is 1/2");
}

#[test]
fn small_misses_get_advice() {
    let text = RALSTON3.replace("4/9", "0.44444444444444444444");
    refused(&text, "2/9 1/3 0.44444444444444444444", "state `residual 1e-20` in the header");
    let text = text.replace("order 3", "order 3, residual 1e-20");
    assert!(tableau(format!("$crate; {text}").parse().unwrap()).is_ok());
}

#[test]
fn numbers_beyond_reason_are_refused() {
    refused(
        &RALSTON3.replace("3/4 | 0", "3/4 | (1e90*1e90)"),
        "(1e90*1e90)",
        "no coefficient is larger than 1e100",
    );
    refused(
        &RALSTON3.replace("order 3", "order 3, residual 0.1"),
        "0.1",
        "a residual is what cut-off digits leave",
    );
}

#[test]
fn rows_of_the_wrong_length() {
    refused(
        &BOSH3.replace("1/2 | 1/2", "1/2 | 1/4 1/4"),
        "1/4",
        "row 2 has 2 coefficients, but should have 1",
    );
    refused(&BOSH3.replace("0    3/4", "3/4"), "3/4", "row 3 has 1 coefficient, but should have 2");
    refused(
        &BOSH3.replace("4/9  0", "4/9"),
        "2/9 1/3 4/9",
        "the weights have 3 coefficients, but should have 4",
    );
    refused(
        &BOSH3.replace("1/8", ""),
        "7/24 1/4 1/3",
        "the embedded weights have 3 coefficients, but should have 4",
    );
}

#[test]
fn rows_and_header_agree() {
    refused(&BOSH3.replace(", embedded 2", ""), "7/24 1/4 1/3 1/8", "add `, embedded N`, or remove this row");
    refused(&RALSTON3.replace("order 3", "order 3, embedded 2"), "2", "there is no row of weights for it");
    refused(&RALSTON3.replace("order 3", "order 3, dense 2"), "2", "there are no rows `theta | ..`");
    refused(&BOSH3.replace("order 3, ", ""), "Bosh3", "the order of this method is missing");
    refused(&BOSH3.replace("embedded", "embeded"), "embeded", "`embeded` is not known here");
    refused(&BOSH3.replace("order 3", "order 11"), "11", "orders go from 1 to 10");
    refused(&BOSH3.replace("order 3", "order 3, order 3"), "order", "`order` is stated twice");
}

#[test]
fn the_layout_is_explained() {
    refused("M, order 1 { 0 1 --+-- | 1 }", "0", "a row begins with its node and a `|`");
    refused("M, order 1 { | 1 --+-- | 1 }", "|", "the node of this row is missing");
    refused("M, order 1 { 0 | --+-- 1 }", "1", "the weights begin with `|`");
    refused("M, order 1 { --+-- | 1 }", "{ --+-- | 1 }", "this tableau has no stages");
    refused("M, order 1, embedded 1 { 0 | --+-- | 1 | 1 | 1 | 1 }", "|", "a fourth row of weights");
    refused("M, order 1 { 0 | --+-- | 1 theta | 1 0 }", "theta", "dense output goes under a second rule");
    refused(
        "M, order 1 { 0 | --+-- | 1 --+-- theta | 1 0 }",
        "theta",
        "dense output needs its order in the header",
    );
    refused("M, order 1, dense 1 { 0 | --+-- | 1 --+-- theta^2 | 1 0 }", "theta^2", "expected `theta | ..`");
}

#[test]
fn dense_output_is_checked() {
    let dense = |theta: &str, square: &str| {
        format!(
            "Heun, order 2, dense 2 {{ 0 | 1 | 1 --+-- | 1/2 1/2 --+-- theta | {theta} theta^2 | {square} }}"
        )
    };
    assert!(tableau(format!("$crate; {}", dense("1 0 0", "-1/2 1/2 0")).parse().unwrap()).is_ok());
    refused(
        &dense("1 0", "-1/2 1/2 0"),
        "1 0",
        "the row of theta has 2 coefficients, but should have 3: one for each row",
    );
    refused(
        &dense("1 0 0", "-1/3 1/2 0"),
        "-1/3",
        "should be -1/2: it alone keeps the row of theta^2 from order 2",
    );
    refused(
        &dense("1/2 1/4 0", "0 1/4 0"),
        "1/2 1/4 0",
        "for the tree τ the row of theta gives 3/4 where 1 is needed",
    );
    refused(
        &dense("1 0 0", "-1/2 1/4 1/4"),
        "1/4",
        "column 2 of the dense output sums to 1/4, but weight 2 is 1/2",
    );
    refused(
        &dense("1 0 0", "-1/2 1/2 0").replace("dense 2", "dense 3"),
        "3",
        "needs the powers of theta up to 3",
    );
}

#[test]
fn a_wrong_weight_of_a_method_with_dense_output_is_shown_itself() {
    let text = BOSH3
        .replace("order 3", "order 3, dense 3")
        .replace("1/8", "1/8 --+-- theta | 1 0 0 0 theta^2 | -4/3 1 4/3 -1 theta^3 | 5/9 -2/3 -8/9 1");
    assert!(tableau(format!("$crate; {text}").parse().unwrap()).is_ok());
    refused(
        &text.replace("4/9  0", "5/9  0"),
        "5/9",
        "should be 4/9: it alone keeps these weights from order 3",
    );
}

/// Heun's method, whose dense output has a stage of its own.
const EXTRA: &str = "
    Heun, order 2, dense 2 {
        0 |
        1 | 1
        --+---------
          | 1/2 1/2
        --+---------
        1/2 | 1/2 0 0
        --+---------
        theta   | 1/2 -1/2 0 1
        theta^2 | 0   1    0 -1
    }";

#[test]
fn extra_stages_are_functions_of_their_own() {
    let code = generated(EXTRA);
    let packed = |text: &str| text.split_whitespace().collect::<String>();
    for expected in [
        "type Stages<V> = [V; 3usize];",
        "type ExtraStages<V> = [V; 1usize];",
        "rt::ExtraStage { c: 0.5, a: &[0.5, 0.0, 0.0]",
        "dense: &[&[0.5, 0.5], &[-0.5, 0.5], &[0.0, 0.0], &[1.0, 0.0]],",
        // The stage, and its transpose.
        "point[n] = k[0][n].mul_add_fast(last, y[n]); } } rhs(0.5, &*point, &mut extra[0]);",
        "vjp(0, &extra_bar[0], &mut y_bar[0]);",
        "let sum = y_bar[0][n] * rt::constant::<L>(0.5); k_bar[0][n] = h.mul_add_fast(sum, k_bar[0][n]);",
        "let sum = y0_bar[n] + y_bar[0][n]; y0_bar[n] = sum;",
    ] {
        assert!(packed(&code).contains(&packed(expected)), "{expected}\nis not in\n{code}");
    }
    assert!(!generated(BOSH3).contains("fn evaluate_extra"), "a method without them has none");
}

#[test]
fn extra_stages_are_checked() {
    refused(
        &EXTRA.replace("1/2 | 1/2 0 0", "1/2 | 1/2 0"),
        "1/2 0",
        "extra stage 1 has 2 coefficients, but should have 3: one for each row above, one for the right-hand side",
    );
    refused(
        &EXTRA.replace("1/2 | 1/2 0 0", "3/2 | 3/2 0 0"),
        "3/2",
        "this node is 3/2: nodes lie from 0 to 1",
    );
    refused(
        &EXTRA.replace("1/2 | 1/2 0 0", "1/2 | 1/3 0 0"),
        "1/3 0 0",
        "extra stage 1 sums to 1/3, but its node is 1/2",
    );
    refused(
        &EXTRA.replace("theta   | 1/2 -1/2 0 1", "theta | 1/2 -1/2 0"),
        "1/2 -1/2 0",
        "the row of theta has 3 coefficients, but should have 4",
    );
    refused(
        &EXTRA.replace("0   1    0 -1", "0 1 0 -2"),
        "-2",
        "should be -1: it alone keeps the row of theta^2 from order 2",
    );
    refused(
        &EXTRA.replace("1/2 -1/2 0 1", "1 0 0 0").replace("0   1    0 -1", "-1/2 1/2 0 0"),
        "1/2",
        "extra stage 1 is used by no row of theta and no later stage: remove it",
    );
    let (stages, rows) = EXTRA.split_at(EXTRA.find("theta ").unwrap());
    refused(&format!("{stages} }}"), "2", "there are no rows `theta | ..`");
    refused(
        &format!("{} }}", stages.replace(", dense 2", "")),
        "1/2",
        "a stage under the weights serves dense output alone, but there are no rows",
    );
    let (stages, _) = stages.rsplit_once("--+").unwrap();
    refused(&format!("{stages} {rows}"), "theta", "the rows of theta are missing a rule");
}

#[test]
fn a_second_estimate_has_a_lower_order() {
    let text = BOSH3.replace("embedded 2", "embedded 2 and 1").replace("1/8", "1/8 | 1 0 0 0");
    let method = rounded(&text);
    assert_eq!(method.errors[1], [-7.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0, 0.0]);
    assert!(generated(&text).contains("fn second_error"));
    assert!(!generated(BOSH3).contains("fn second_error"));
    refused(&text.replace("2 and 1", "1 and 2"), "2", "but 2 is not below 1: write the higher order first");
    refused(&text.replace("2 and 1", "2"), "1 0 0 0", "the orders of two rows are `embedded N and M`");
    refused(&text.replace("1/8 | 1 0 0 0", "1/8"), "1", "there is no row of weights for it");
    refused(
        &text.replace("1 0 0 0", "1/2 0 0 0"),
        "1/2 0 0 0",
        "these embedded weights sum to 1/2, but must sum to 1",
    );
}

proptest! {
    /// Whatever is dropped, doubled or swapped, the answer is code or a refusal.
    #[test]
    fn no_edit_panics(edits in prop::collection::vec((0..3, any::<Index>(), any::<Index>()), 1..4)) {
        for text in [BOSH3, EXTRA] {
            edited(text, &edits);
        }
    }
}

/// Compiles the tableau with these edits.
fn edited(text: &str, edits: &[(i32, Index, Index)]) {
    let whole: Vec<TokenTree> = text.parse::<TokenStream>().unwrap().into_iter().collect();
    let Some((TokenTree::Group(body), header)) = whole.split_last() else { unreachable!() };
    let mut body: Vec<TokenTree> = body.stream().into_iter().collect();
    for (kind, one, other) in edits {
        let (one, other) = (one.index(body.len()), other.index(body.len()));
        match kind {
            0 => drop(body.remove(one)),
            1 => body.insert(one, body[other].clone()),
            _ => body.swap(one, other),
        }
    }
    let header: TokenStream = header.iter().cloned().collect();
    let body: TokenStream = body.into_iter().collect();
    let _ = tableau(quote::quote!(ode; #header { #body }));
}
