//! What the macros write, as text: `UPDATE_EXPECT=1 cargo test -p ode-compiler --test expansion` rewrites it.

use std::path::Path;

use proc_macro2::TokenStream;

type Macro = fn(TokenStream, TokenStream) -> TokenStream;

fn check(name: &str, expand: Macro) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let source = std::fs::read_to_string(folder.join(format!("data/{name}.rs"))).expect("the input");
    let code = expand(TokenStream::new(), source.parse().expect("tokens"));
    let found = prettyplease::unparse(&syn::parse2(code).expect("items"));

    let file = folder.join(format!("snapshots/{name}.rs"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, &found).expect("a snapshot that can be written");
        return;
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    for (line, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of {}", line + 1, file.display());
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "lines of {}", file.display());
}

#[test]
fn a_smooth_system() {
    check("lotka_volterra", ode_compiler::ode);
}

#[test]
fn a_system_with_branches() {
    check("stick_slip", ode_compiler::ode);
}

#[test]
fn a_system_of_arrays_and_tuples() {
    check("coupled", ode_compiler::ode);
}

#[test]
fn a_function() {
    check("energy", ode_compiler::differentiable);
}

#[test]
fn items_after_a_mistake() {
    check("mistaken", ode_compiler::ode);
}

#[test]
fn a_system_of_tensors() {
    check("spiral", ode_compiler::ode);
}

#[test]
fn an_event_of_tensors() {
    check("impact", ode_compiler::differentiable);
}

#[test]
fn a_system_with_loops() {
    check("ring", ode_compiler::ode);
}

/// All tokens, those in groups included.
fn tokens(stream: TokenStream) -> usize {
    let inside = |tree| match tree {
        proc_macro2::TokenTree::Group(group) => 1 + tokens(group.stream()),
        _ => 1,
    };
    stream.into_iter().map(inside).sum()
}

#[test]
fn code_does_not_grow_with_the_length_of_a_loop() {
    let code = |length: usize| {
        let source = include_str!("data/ring.rs").replace("150", &length.to_string());
        let start = std::time::Instant::now();
        let code = ode_compiler::ode(TokenStream::new(), source.parse().expect("tokens"));
        assert!(start.elapsed().as_secs_f64() < 5.0, "the expansion took {:?}", start.elapsed());
        // The name of each state, with its comma.
        tokens(code) - 2 * length
    };
    assert_eq!(code(1000), code(4000));
    assert!(code(1000) < 6000, "{} tokens", code(1000));
}
