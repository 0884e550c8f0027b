//! What compiling costs: the macro alone, and rustc with it, for generated systems. `-- expansion` or `-- rustc` runs
//! one of the two.

#![allow(missing_docs)]

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group};
use ode_compiler::ode;

/// A chain of nonlinear reactions, each written out: five operations a state.
fn chain(states: usize) -> String {
    let mut rates = "inflow - decay * y[0]".to_owned();
    for i in 1..states {
        let before = i - 1;
        write!(rates, ",\n        inflow * y[{before}] / (1.0 + y[{before}]) - decay * y[{i}]")
            .expect("a string");
    }
    format!(
        "fn system(_t: f64, y: [f64; {states}], inflow: f64, decay: f64) -> [f64; {states}] {{\n    [{rates}]\n}}"
    )
}

/// Lorenz-96 by a loop.
fn loop_over(states: usize) -> String {
    format!(
        "fn system(_t: f64, y: [f64; {states}], inflow: f64, decay: f64) -> [f64; {states}] {{
    let mut rate = [0.0; {states}];
    for i in 0..{states} {{
        let (next, before, far) = ((i + 1) % {states}, (i + {states} - 1) % {states}, (i + {states} - 2) % {states});
        rate[i] = (y[next] - y[far]) * y[before] - decay * y[i] + inflow;
    }}
    rate
}}"
    )
}

fn systems() -> [(&'static str, usize, String); 4] {
    [
        ("chain of 2", 2, chain(2)),
        ("chain of 20", 20, chain(20)),
        ("chain of 200", 200, chain(200)),
        ("loop over 4000", 4000, loop_over(4000)),
    ]
}

fn expansion(c: &mut Criterion) {
    let mut group = c.benchmark_group("compile/expansion");
    group.sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(100));
    for (name, _, source) in systems() {
        let expand = || ode(Default::default(), source.parse().expect("tokens"));
        let start = Instant::now();
        let code = expand().to_string();
        println!("{name}: {} bytes of Rust, {:.0?} the first time", code.len(), start.elapsed());
        assert!(!code.contains("compile_error"), "{name} is refused");
        group.bench_function(name, |b| b.iter(expand));
    }
    group.finish();
}

/// A package of one program, which solves a generated system and takes a gradient through it.
struct Program {
    folder: PathBuf,
}

impl Program {
    /// With the dependencies of this workspace at the same versions, built beforehand.
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_time");
        fs::create_dir_all(folder.join("src")).expect("a folder");
        let manifest = format!(
            "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nodec = {{ path = {root:?}, default-features = false }}\n\n\
             [profile.release]\nstrip = true\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
        Self { folder }
    }

    fn write(&self, states: usize, system: &str) {
        let main = format!(
            "use odec::prelude::*;\n\n#[ode]\n{system}\n\nfn main() {{
    let model = System {{ inflow: 1.0, decay: 0.5 }};
    let gradient = model.solver().gradient([0.1; {states}], 0.0..1.0, |states, cotangents| {{
        cotangents[1][0] = 1.0;
        states[1][0]
    }});
    println!(\"{{:?}}\", gradient.unwrap().params);\n}}\n"
        );
        fs::write(self.folder.join("src/main.rs"), main).expect("a program");
    }

    fn write_empty(&self) {
        fs::write(self.folder.join("src/main.rs"), "fn main() {}\n").expect("a program");
    }

    /// The median time of three runs of cargo's command, in which only the program is compiled.
    fn median(&self, command: &[&str]) -> Option<Duration> {
        let main = self.folder.join("src/main.rs");
        let source = fs::read(&main).expect("a program");
        let mut times = Vec::new();
        for _ in 0..3 {
            // Newer than what cargo has compiled.
            fs::write(&main, &source).expect("a program");
            let start = Instant::now();
            let status = Command::new(env!("CARGO"))
                .args(command)
                .args(["--quiet", "--offline"])
                .current_dir(&self.folder)
                .env("CARGO_TARGET_DIR", self.folder.join("target"))
                .status()
                .expect("cargo runs");
            times.push(status.success().then(|| start.elapsed())?);
        }
        times.sort();
        Some(times[1])
    }

    /// The size of the stripped program, in bytes.
    fn size(&self) -> u64 {
        let program = self.folder.join("target/release/program").with_extension(env::consts::EXE_EXTENSION);
        fs::metadata(program).expect("has been built").len()
    }
}

fn rustc() {
    const COMMANDS: [&[&str]; 3] = [&["check"], &["build"], &["build", "--release"]];
    let program = Program::new();
    program.write_empty();
    for command in COMMANDS {
        // The dependencies.
        assert!(program.median(command).is_some(), "cargo {command:?} fails");
    }
    let empty = program.size();
    println!("| system | check | build | build --release | program above an empty one |");
    println!("| --- | --- | --- | --- | --- |");
    for (name, states, source) in systems() {
        program.write(states, &source);
        let times =
            COMMANDS.map(|command| program.median(command).map_or("fails".into(), |t| format!("{t:.2?}")));
        println!("| {name} | {} | {} kB |", times.join(" | "), (program.size() - empty) / 1000);
    }
}

criterion_group!(benches, expansion);

fn main() {
    let is_given = |word: &str| env::args().any(|argument| argument == word);
    if !is_given("rustc") {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
    if !is_given("expansion") && !is_given("--test") {
        rustc();
    }
}
