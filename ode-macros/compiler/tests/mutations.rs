//! Damaged sources get errors or code, never a panic, and always items that rustc can parse.

use proc_macro2::{Group, TokenStream, TokenTree};
use proptest::prelude::*;

const SOURCES: [&str; 6] = [
    include_str!("data/lotka_volterra.rs"),
    include_str!("data/stick_slip.rs"),
    include_str!("data/coupled.rs"),
    include_str!("data/energy.rs"),
    include_str!("data/mistaken.rs"),
    include_str!("data/ring.rs"),
];

/// More of the language than the systems above need.
const SOUP: &str = "if else { } for in 0 3 1.5 x y t let mut = += == && || ! | _ . .. , ; ( ) [ ] fn const while \
    loop match return as f64 usize -> * - / % < & sum map len powi from_fn max (y) [t] |i| [0.0; 2] y[0] (0..2) \
    { y } true K std::f64::consts::PI const K: f64 = 2.0; let [a, b] = y; let x; |(a, b)| a - 1 'a 1e400 \"s\" r#if";

fn all(stream: TokenStream, found: &mut Vec<TokenTree>) {
    for tree in stream {
        found.push(tree.clone());
        if let TokenTree::Group(group) = tree {
            all(group.stream(), found);
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Delete,
    Duplicate,
    Replace,
    Insert,
    Swap,
}

/// The stream with the token of this number changed, counted group by group.
fn changed(stream: TokenStream, place: &mut usize, change: Change, other: &TokenTree) -> TokenStream {
    let mut result: Vec<TokenTree> = Vec::new();
    let mut waiting: Option<TokenTree> = None;
    for tree in stream {
        let here = *place == 0;
        *place = place.wrapping_sub(1);
        let tree = match tree {
            TokenTree::Group(group) if !here => {
                let inner = changed(group.stream(), place, change, other);
                TokenTree::Group(Group::new(group.delimiter(), inner))
            }
            tree => tree,
        };
        match change {
            Change::Delete if here => {}
            Change::Duplicate if here => result.extend([tree.clone(), tree]),
            Change::Replace if here => result.push(other.clone()),
            Change::Insert if here => result.extend([tree, other.clone()]),
            Change::Swap if here => waiting = Some(tree),
            _ => result.extend([Some(tree), waiting.take()].into_iter().flatten()),
        }
    }
    result.extend(waiting);
    result.into_iter().collect()
}

fn change() -> impl Strategy<Value = Change> {
    use Change::{Delete, Duplicate, Insert, Replace, Swap};
    prop::sample::select(vec![Delete, Duplicate, Replace, Insert, Swap])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn damaged_sources_never_panic(
        source in 0..SOURCES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), change(), any::<prop::sample::Index>()), 1..5),
        function in any::<bool>(),
    ) {
        let mut stream: TokenStream = SOURCES[source].parse().expect("tokens");
        for (place, change, other) in changes {
            let mut tokens = Vec::new();
            all(stream.clone(), &mut tokens);
            let mut others = Vec::new();
            all(SOUP.parse().expect("tokens"), &mut others);
            others.extend(tokens.iter().cloned());
            stream = changed(stream, &mut place.index(tokens.len().max(1)), change, other.get(&others));
        }
        let compile = if function { ode_compiler::differentiable } else { ode_compiler::ode };
        let code = compile(TokenStream::new(), stream.clone());
        prop_assert!(!code.to_string().contains("a bug in odec"), "{stream}\n{code}");
        if syn::parse2::<syn::ItemFn>(stream.clone()).is_ok() {
            prop_assert!(syn::parse2::<syn::File>(code.clone()).is_ok(), "{stream}\n{code}");
        }
    }
}
