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
