//! One mistake is one error, at the user's token.

use crate::diagnostic::{Errors, refusal as say};
use crate::parse::{self, Role};

/// The errors of a source: the text at the place of each, and what it says.
fn refusals(role: Role, source: &str) -> Vec<(String, String)> {
    let item = syn::parse_str(source).unwrap_or_else(|error| panic!("{error}: {source}"));
    let errors = Errors::new();
    if let Some(system) = parse::system(role, &item, &errors) {
        let _ = crate::lower::graph(&system, &errors);
    }
    let Err(all) = errors.into_result() else { return Vec::new() };
    all.into_iter()
        .map(|error| {
            let (start, end) = (error.span().start(), error.span().end());
            assert_eq!((start.line, end.line), (1, 1), "sources are of one line");
            let text = source.chars().skip(start.column).take(end.column - start.column).collect();
            (text, error.to_string())
        })
        .collect()
}

#[track_caller]
fn check(role: Role, source: &str, token: &str, text: &str) {
    assert_eq!(refusals(role, source), [(token.to_owned(), text.to_owned())], "{source}");
}

/// A mistake in the signature of a system.
#[track_caller]
fn signature(source: &str, token: &str, text: &str) {
    check(Role::System, source, token, text);
}

/// A mistake in the body of a system of `y: [f64; 2]` and `k: f64`.
#[track_caller]
fn body(statements: &str, token: &str, text: &str) {
    signature(&format!("fn f(t: f64, y: [f64; 2], k: f64) -> [f64; 2] {{ {statements} }}"), token, text);
}

#[test]
fn signatures() {
    signature("fn f<T>(t: f64, y: f64) -> f64 { y }", "<T>", say::GENERICS);
    signature("async fn f(t: f64, y: f64) -> f64 { y }", "async", say::ASYNC);
    signature("unsafe fn f(t: f64, y: f64) -> f64 { y }", "unsafe", say::ASYNC);
    signature("fn f(&self, t: f64, y: f64) -> f64 { y }", "&self", say::SELF);
    signature("fn f(t: f64) -> f64 { t }", "f", say::NO_STATE);
    signature("fn f(t: f64, y: f64) { }", ")", say::NO_RESULT);
    check(Role::Function, "fn f(t: f64, y: f64) { }", ")", say::NO_VALUE);
    check(Role::Function, "fn f(t: f64, y: f64) -> () { }", "()", say::NO_VALUE);
    check(Role::Function, "fn f(t: f64, y: f64) -> [f64; 0] { [] }", "[f64; 0]", say::NO_VALUE);
    signature("fn f(t: f64, y: f64, [a, b]: [f64; 2]) -> f64 { y }", "[a, b]", say::PARAMETER_PATTERN);
    signature("fn f(t: f64, y: f64, _: f64) -> f64 { y }", "_", say::PARAMETER_PATTERN);
    signature("fn f(t: usize, y: f64) -> f64 { y }", "usize", say::TIME_TYPE);
    signature("fn f(t: String, y: f64) -> f64 { y }", "String", say::TIME_TYPE);
    signature("fn f(t: [f64; N], y: f64) -> f64 { y }", "[f64; N]", say::TIME_TYPE);
    signature("fn f(t: f64, y: f64, k: [f64; N]) -> f64 { y }", "N", say::ARRAY_LENGTH);
    signature("fn f(t: f64, y: [f64; 0]) -> [f64; 0] { y }", "[f64; 0]", say::EMPTY_STATE);
    signature("fn f(t: f64, y: Vec<f64>) -> f64 { t }", "Vec<f64>", say::BAD_TYPE);
    signature("fn f(t: f64, y: f64, k: [usize; 2]) -> f64 { y }", "[usize; 2]", say::BAD_TYPE);
    signature("fn f(t: f64, y: f64, k: (f64, bool)) -> f64 { y }", "(f64, bool)", say::BAD_TYPE);
    signature("fn f(t: f64, y: f64, k: _) -> f64 { y }", "_", say::BAD_TYPE);
    signature("fn f(t: f64, y: _) -> f64 { t }", "_", say::BAD_TYPE);
    signature(
        "fn f(t: f64, y: f64, k: [[f64; 1000000]; 1000000]) -> f64 { y }",
        "[[f64; 1000000]; 1000000]",
        say::TOO_LARGE,
    );
    signature(
        "fn f<const N: usize>(t: f64, y: [f64; N]) -> [f64; N] { y }",
        "<const N: usize>",
        say::GENERICS,
    );
    signature("fn f(t: f64, y: [f64; N]) -> [f64; N] { y }", "N", say::ARRAY_LENGTH);
    signature("fn f(t: f32, y: f64, k: f64) -> f64 { y }", "f64", &say::mixed_reals("f64", "f32"));
    signature("fn f(t: f64, y: f64, [a, b]: [f64; 2]) -> f64 { a * b }", "[a, b]", say::PARAMETER_PATTERN);
    signature("fn f(t: f64, y: f64, k: f32) -> f64 { y }", "f32", &say::mixed_reals("f32", "f64"));
    signature(
        "fn f(t: f64, y: f64) -> [f64; 1] { [y] }",
        "[f64; 1]",
        &say::differing_state("f64", "[f64; 1]"),
    );
}

#[test]
fn control_flow() {
    body("while t > 0.0 { } y", "while", say::WHILE);
    body("loop { }", "loop", say::LOOP);
    body("while t > 0.0 { }", "while", say::WHILE);
    body("for i in 0..2 { break; } y", "break", say::BREAK);
    body("for i in 0..2 { if i > 0 { continue; } } y", "continue", say::BREAK);
    body("return y;", "return", say::RETURN);
    body("if t > 0.0 { return y; } y", "return", say::RETURN);
    body("match t { _ => y }", "match", say::MATCH);
    body("if let x = t { y } else { y }", "let", say::LET_CONDITION);
    body("let x = t? + 1.0; y", "?", say::QUESTION);
    body("unsafe { y }", "unsafe", say::UNSAFE);
    body("if k { y } else { y }", "k", say::CONDITION);
    body("if t > 0.0 && k { y } else { y }", "&&", say::CONDITION);
    body("if !k { y } else { y }", "!", say::CONDITION);
    body("if t > 0.0 { y } else { t }", "if", &say::branch_shapes("[f64; 2]", "f64"));
    body("let x = if t > 0.0 { 1.0 }; y", "if", &say::branch_shapes("f64", "nothing"));
    body(
        "let n = if t > 0.0 { 1 } else { 2 }; y",
        "if",
        &say::branch_shapes("the integer 1", "the integer 2"),
    );
}

#[test]
fn statements() {
    body("let (a, b) = (t, k) else { y }; y", "else", say::LET_ELSE);
    body("let x; x = t; [x, x]", "let x;", say::LET_WITHOUT_VALUE);
    body("println!(\"{t}\"); y", "println", say::MACRO);
    body("let x = dbg!(t); y", "dbg", say::MACRO);
    body("assert!(t > 0.0);", "assert", say::MACRO);
    body("struct A; y", "struct A;", say::ITEM);
    body("let A { x } = t; y", "A { x }", say::PATTERN);
    body("let x @ z = t; y", "x @ z", say::PATTERN);
    body("let [a, ..] = y; y", "..", say::REST_PATTERN);
    body("let ref a = y; y", "ref", say::REF_PATTERN);
    body(
        "let [a, b, c] = y; [a + b, c]",
        "[a, b, c]",
        &say::pattern_shape("an array of 3 elements", "[f64; 2]"),
    );
    body("let (a, b) = y; y", "(a, b)", &say::pattern_shape("a tuple of 2 elements", "[f64; 2]"));
    body("let x = t; x = k; y", "x", &say::not_mutable("x"));
    body("t += 1.0; y", "t", &say::not_mutable("t"));
    body("let mut x = t; x = y; y", "=", &say::assigned_shape("x", "f64", "[f64; 2]"));
    body("let mut total = 0.0; total = 1; y", "=", &say::assigned_shape("total", "f64", "the integer 1"));
    body("f(t) = k; y", "f(t)", say::PLACE);
    body("a::b = k; y", "a::b", say::PLACE);
    body("let x = (k += 1.0); y", "+=", say::PLACE);
    body("let mut x = t; x = (); y", "()", say::UNIT_VALUE);
    body("y;", "}", say::UNIT_VALUE);
    body("tmie = t; y", "tmie", &say::unknown_name("tmie", ""));
    body("let mut time = t; tiem = t; y", "tiem", &say::unknown_name("tiem", "; did you mean `time`?"));
}

#[test]
fn expressions() {
    body("[t, k, t]", "[t, k, t]", &say::result_shape("[f64; 3]", "[f64; 2]", "the declared result"));
    body("[1, 2]", "[1, 2]", &say::result_shape("[an integer; 2]", "[f64; 2]", "the declared result"));
    body("let f = |x| x; [f(t), k]", "|", say::CLOSURE_VALUE);
    body("let f = |x| x; y", "|", say::CLOSURE_VALUE);
    body("y.map(3)", "3", say::CLOSURE_EXPECTED);
    body("y.map(|a, b| a)", "a", &say::arity("this closure", 1, 2));
    body("let x = async { t }; y", "async { t }", say::NOT_COMPILED);
    body("let x = \"a\"; y", "\"a\"", say::STRING);
    body("let x = A { b: t }; y", "A", say::STRUCT);
    body("let x = &mut t; y", "&mut t", say::MUTABLE_REFERENCE);
    body("let x = 1 << 2; y", "<<", say::BITS);
    body(
        "let x = 200000000000000000000000000000000000000000; y",
        "200000000000000000000000000000000000000000",
        say::INTEGER_RANGE,
    );
    body("let x = y[0].powi(3000000000); y", "powi", say::INTEGER_RANGE);
    body("let x = 1 / 0; y", "/", say::DIVISION_BY_ZERO);
    body("let x = y[k]; y", "k", say::NUMBER_AS_INDEX);
    body("let x = k[0]; y", "0", say::NOT_AN_ARRAY);
    body("let x = k.0; y", "0", say::NOT_A_TUPLE);
    body("let x = y.len; y", "len", say::NOT_A_TUPLE);
    body("let x = -(t > 0.0); y", "-", say::NUMBER_EXPECTED);
    body("let x = t.powi(k); y", "powi", say::POWI);
    body("let x = t as usize; y", "as", say::CAST);
    body("let x: String = t; y", "String", say::LOCAL_TYPE);
    body("let x = t as u128; y", "u128", say::LOCAL_TYPE);
    body("y[2] + t", "2", &say::index_range(2, 2));
    body("y[-1]", "-1", &say::index_range(-1, 2));
    body("let x = y + y; y", "+", &say::operands("+", "[f64; 2]", "[f64; 2]"));
    body("let x = 2 * t; y", "*", &say::integer_operand("*", "2.0"));
    body("let mut x = t; x += 3; y", "+=", &say::integer_operand("+", "3.0"));
    body("let mut x = t; for i in 0..2 { x = i * x; } y", "*", &say::integer_operand("*", "i as f64"));
    body("let x = t > 1; y", ">", &say::integer_operand(">", "1.0"));
    body("let x = t.max(0); y", "0", &say::integer_operand("max", "0.0"));
    body("let x = t.max(y); y", "y", &say::number_argument("max", "[f64; 2]"));
    body("let x = t + 1f32; y", "1f32", &say::mixed_reals("f32", "f64"));
    body("let x = 1 as f32; y", "as", &say::mixed_reals("f32", "f64"));
}

#[test]
fn names_and_calls() {
    body("let alpha = t; alhpa * y", "alhpa", &say::unknown_name("alhpa", "; did you mean `alpha`?"));
    body("let x = gravity::g; y", "g", &say::unknown_name("gravity::g", ""));
    body("let x = tnah(t); y", "tnah", &say::unknown_function("tnah", "; did you mean `tanh`?"));
    body("let x = friction(t); y", "friction", &say::unknown_function("friction", ""));
    body("let x = y[0](t); y", "y[0]", &say::unknown_function("y [0]", ""));
    body("let x = t.tnah(); y", "tnah", &say::unknown_method("tnah", "f64", "; did you mean `tanh`?"));
    body("let x: Vec<_> = y; y", "Vec<_>", say::LOCAL_TYPE);
    body("let x = y.iter().collect::<B>(); y", "collect", &say::unknown_method("collect", "an array", ""));
    body("let x = (t, k).swap(); y", "swap", &say::unknown_method("swap", "(f64, f64)", ""));
    body("let x = 2.sqrt(); y", "sqrt", &say::unknown_method("sqrt", "an integer", ""));
    body("let x = t.max(); y", "max", &say::arity("max", 1, 0));
    body("let x = f64::max(t); y", "max", &say::arity("max", 2, 1));
    body("let x = y.zip(); y", "zip", &say::arity("zip", 1, 0));
    body("fn g(a: f64) -> f64 { a } let x = g(t, k); y", "g", &say::arity("g", 1, 2));
    body("fn g(a: f64) -> f64 { g(a) } let x = g(t); y", "g", &say::recursion("g"));
    body("fn g<A>(a: A) -> f64 { 0.0 } y", "<A>", say::INNER_GENERICS);
    body("fn g(a: f64) -> f64 { a * k } let x = g(t); y", "k", &say::hidden_name("k"));
    body("let mut s = 0.0; y.map(|x| { s += x; x })", "s", &say::captured_mutation("s"));
}

#[test]
fn loops() {
    body("for i in 0..k { } y", "k", say::UNKNOWN_BOUNDS);
    body("for i in k..2 { } y", "k", say::UNKNOWN_BOUNDS);
    body("let a = [t; k]; y", "k", say::UNKNOWN_BOUNDS);
    body("for x in y.iter().skip(k) { } y", "k", say::UNKNOWN_BOUNDS);
    body("for i in 0.. { } y", "..", say::OPEN_RANGE);
    body("for i in k { } y", "k", say::ITERATION);
    body("let a = std::array::from_fn(|i| y[i]); a", "from_fn", say::FROM_FN_LENGTH);
    body("for i in 0..2000000 { } y", "..", say::TOO_LARGE);
    let text = say::too_large(&say::loop_variable("n", "the integer 0"));
    body("let mut x = t; let mut n = 0; for i in 0..300000 { x = x * x; n += 1; } y", "..", &text);
    body("let a = [[[0.0; 1000]; 1000]; 1000]; y", "[[[0.0; 1000]; 1000]; 1000]", say::TOO_LARGE);
}

#[test]
fn a_mistake_that_is_unrolled_is_one_error() {
    body("let mut s = 0.0; for i in 0..9 { s += unknown; } y", "unknown", &say::unknown_name("unknown", ""));
    body("let mut s = 0.0; for i in 0..9 { s += y[i]; } y", "i", &say::index_range(2, 2));
    body("fn g(a: f64) -> f64 { a.foo() } [g(t), g(k)]", "foo", &say::unknown_method("foo", "f64", ""));
}

#[test]
fn each_mistake_is_an_error() {
    let source = "fn f(t: f64, y: f64) -> f64 { let a = one; let b = t.two(); while t > 0.0 { } a + b }";
    let places: Vec<String> = refusals(Role::System, source).into_iter().map(|(token, _)| token).collect();
    assert_eq!(places, ["while", "one", "two"]);
}
