//! What compiles, and what is refused: one mistake is one `error:`, at the user's token, and says what to write.
//!
//! `TRYBUILD=overwrite cargo test --test ui` rewrites the texts. They follow the rustc of `rust-version`.

#[test]
fn programs() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    for stage in
        ["signature", "language", "shape", "tableau", "warning", "event", "tensor", "length", "method"]
    {
        cases.compile_fail(format!("tests/ui/{stage}/*.rs"));
    }
}

/// The texts say one thing each; a warning would be a lint that fires in the user's crate.
#[test]
fn one_mistake_is_one_error() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let texts =
        ["signature", "language", "shape", "tableau", "warning", "tensor"].into_iter().flat_map(|stage| {
            let files = std::fs::read_dir(folder.join(stage)).expect("a folder of cases");
            files
                .map(|file| file.expect("a file").path())
                .filter(|path| path.extension().is_some_and(|e| e == "stderr"))
        });
    let mut count = 0;
    for path in texts {
        let text = std::fs::read_to_string(&path).expect("a text");
        let mut found = text.lines().filter(|line| line.starts_with("error") || line.starts_with("warning"));
        assert!(found.next().is_some_and(|line| line.starts_with("error: ")), "{}", path.display());
        assert_eq!(found.next(), None, "{}", path.display());
        count += 1;
    }
    assert!(count >= 65, "{count} texts");
}
