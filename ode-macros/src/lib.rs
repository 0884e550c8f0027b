//! The shell that only rustc can call. The compiler is the package `ode-compiler`; the documentation of the macros is
//! in `odec`.

use proc_macro::TokenStream;

/// Compiles a function of time, state and parameters into a system that can be solved and differentiated.
#[proc_macro_attribute]
pub fn ode(options: TokenStream, item: TokenStream) -> TokenStream {
    ode_compiler::ode(options.into(), item.into()).into()
}

/// Compiles a function of time, state and its own parameters into one that has derivatives.
#[proc_macro_attribute]
pub fn differentiable(options: TokenStream, item: TokenStream) -> TokenStream {
    ode_compiler::differentiable(options.into(), item.into()).into()
}

/// Checks a Butcher tableau and makes a stepper of it; called through the `tableau!` of the runtime.
#[doc(hidden)]
#[proc_macro]
pub fn tableau_stepper(input: TokenStream) -> TokenStream {
    ode_compiler::tableau(input.into()).into()
}
