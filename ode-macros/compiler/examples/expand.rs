//! Prints what `#[ode]` makes of the function in a file: `cargo run -p ode-compiler --example expand FILE`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: expand FILE")?;
    let item = std::fs::read_to_string(file)?.parse()?;
    let code = ode_compiler::ode(Default::default(), item);
    println!("{}", prettyplease::unparse(&syn::parse2(code)?));
    Ok(())
}
