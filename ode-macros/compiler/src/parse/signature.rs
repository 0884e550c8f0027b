//! The function as a whole: its name, time, state, parameters and result.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;

use super::language::{Block, Pattern};
use super::pattern::pattern;
use super::statement::block;
use super::tensor::{Reader, generics, mentions_tensor};
use super::types::{Real, Type, real, signature_type};
use crate::diagnostic::{Errors, refusal as say};

/// What the function is compiled into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `#[ode]`: the result is the derivative of the state.
    System,
    /// `#[differentiable]`: the result is a number or numbers.
    Function,
}

/// A parsed function.
#[derive(Debug, Clone)]
pub struct System {
    /// What it is.
    pub role: Role,
    /// The user's function, as it was.
    pub item: syn::ItemFn,
    /// The type of all its numbers.
    pub real: Real,
    /// Whether state and parameters are tensors.
    pub of_tensors: bool,
    /// The const generics of a system of tensors.
    pub generics: Vec<String>,
    /// The name that the body has for the time.
    pub time: Pattern,
    /// The names that the body has for the state.
    pub state: Pattern,
    /// The state's type.
    pub state_type: Type,
    /// The parameters: the fields of the struct.
    pub parameters: Vec<Parameter>,
    /// The type of the result.
    pub result_type: Type,
    /// What is computed.
    pub body: Block,
}

/// A parameter of the system.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
    /// Whether the body can assign to it.
    pub mutable: bool,
}

impl System {
    /// The name of the struct: the function's, in camel case, at the function's place.
    #[must_use]
    pub fn struct_name(&self) -> Ident {
        struct_name(&self.item.sig.ident)
    }

    /// Whether this is an event of a system of tensors: a function that returns one number.
    #[must_use]
    pub fn is_tensor_event(&self) -> bool {
        self.role == Role::Function && self.result_type == Type::Tensor(Vec::new())
    }

    /// Whether this is a reset of a system of tensors: a function that returns its state.
    #[must_use]
    pub fn is_tensor_reset(&self) -> bool {
        self.of_tensors && self.role == Role::Function && self.result_type == self.state_type
    }

    /// How many numbers the parameters are.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        self.parameters.iter().map(|parameter| parameter.ty.len()).sum()
    }

    /// A name for each number of the state.
    #[must_use]
    pub fn state_names(&self) -> Vec<String> {
        pattern_names(&self.state, &self.state_type)
    }

    /// A name for each number of the parameters.
    #[must_use]
    pub fn parameter_names(&self) -> Vec<String> {
        self.parameters.iter().flat_map(|parameter| parameter.ty.names(&plain(&parameter.name))).collect()
    }
}

/// The struct that belongs to a function of this name.
pub(crate) fn struct_name(function: &Ident) -> Ident {
    let camel: String = plain(function)
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect::<String>())
                .unwrap_or_default()
        })
        .collect();
    let usable = syn::parse_str::<Ident>(&camel).is_ok();
    Ident::new(&if usable { camel } else { format!("{}_", plain(function)) }, function.span())
}

fn plain(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// What the numbers or tensors of a pattern are called, `y` where it has no name.
pub(crate) fn pattern_names(pattern: &Pattern, ty: &Type) -> Vec<String> {
    let of_parts = |parts: &[Pattern], types: &mut dyn Iterator<Item = &Type>| {
        parts.iter().zip(types).flat_map(|(part, ty)| pattern_names(part, ty)).collect()
    };
    match (pattern, ty) {
        (Pattern::Name { name, .. }, ty) => {
            let name = plain(name);
            let trimmed = name.trim_start_matches('_');
            ty.names(if trimmed.is_empty() { &name } else { trimmed })
        }
        (Pattern::Array(parts, _), Type::Array(element, count)) if parts.len() == *count => {
            of_parts(parts, &mut std::iter::repeat(&**element))
        }
        (Pattern::Tuple(parts, _), Type::Tuple(elements)) if parts.len() == elements.len() => {
            of_parts(parts, &mut elements.iter())
        }
        (_, ty) => ty.names("y"),
    }
}

/// The parts of a signature.
pub(super) struct Signature<'a> {
    pub(super) time: &'a syn::PatType,
    pub(super) state: &'a syn::PatType,
    pub(super) parameters: Vec<&'a syn::PatType>,
    pub(super) result: &'a syn::Type,
    /// The type of the time, and so of all numbers.
    pub(super) real: Real,
}

/// Takes a signature apart; `None` after a mistake, which is noted.
pub(super) fn signature<'a>(
    role: Role,
    signature: &'a syn::Signature,
    errors: &Errors,
) -> Option<Signature<'a>> {
    let mut inputs = Vec::new();
    for input in &signature.inputs {
        match input {
            syn::FnArg::Typed(typed) => inputs.push(typed),
            syn::FnArg::Receiver(receiver) => {
                errors.over(receiver, say::SELF);
                return None;
            }
        }
    }
    let [time, state, parameters @ ..] = inputs.as_slice() else {
        errors.at(signature.ident.span(), say::NO_STATE);
        return None;
    };
    let syn::ReturnType::Type(_, result) = &signature.output else {
        let text = if role == Role::System { say::NO_RESULT } else { say::NO_VALUE };
        errors.at(signature.paren_token.span.close(), text);
        return None;
    };
    let Some(real) = real(&time.ty) else {
        errors.over(&time.ty, say::TIME_TYPE);
        return None;
    };
    Some(Signature { time, state, parameters: parameters.to_vec(), result, real })
}

/// Parses the function; `None` where its signature leaves nothing to go on with. Errors are noted.
pub fn system(role: Role, item: &syn::ItemFn, errors: &Errors) -> Option<System> {
    let of_tensors = item
        .sig
        .inputs
        .iter()
        .any(|input| matches!(input, syn::FnArg::Typed(typed) if mentions_tensor(&typed.ty)));
    refuse_qualifiers(&item.sig, of_tensors, errors);
    let generics = if of_tensors { generics(&item.sig, errors) } else { Vec::new() };
    if item.sig.generics.params.len() != generics.len() && !of_tensors {
        // Types that name what is generic would be refused again.
        return None;
    }
    let Signature { time, state, parameters, result, real } = signature(role, &item.sig, errors)?;
    let tensors = of_tensors.then_some(Reader { generics: &generics, errors });
    let mut types = Types { real, differ: false, errors, tensors };
    let state_type = types.state(&state.ty);
    // What is wrong with the state's type is not said again of the result's.
    let mut result_type = if *state.ty == *result {
        state_type.clone()
    } else if of_tensors && role == Role::Function && !mentions_tensor(result) {
        errors.over(result, say::TENSOR_VALUE);
        Type::Unknown
    } else {
        types.state(result)
    };
    if state_type.is_empty() {
        errors.over(&state.ty, say::EMPTY_STATE);
    } else if role == Role::Function && result_type.is_empty() {
        errors.over(result, say::NO_VALUE);
    }
    let known = !contains_unknown(&state_type) && !contains_unknown(&result_type);
    let differs = role == Role::System && known && state_type != result_type;
    if differs {
        errors.over(result, say::differing_state(&state_type.to_string(), &result_type.to_string()));
    }
    let fits = result_type == state_type || result_type == Type::Tensor(Vec::new());
    if of_tensors && role == Role::Function && known && !fits {
        errors.over(result, say::tensor_function(&state_type.to_string(), &result_type.to_string()));
        result_type = Type::Unknown;
    }
    let system = System {
        role,
        item: item.clone(),
        real,
        of_tensors,
        generics: generics.clone(),
        time: pattern(&time.pat, errors),
        state: pattern(&state.pat, errors),
        state_type,
        parameters: parameters.iter().filter_map(|typed| types.parameter(typed)).collect(),
        result_type,
        body: block(&item.block, errors),
    };
    let named = system.parameters.len() == parameters.len();
    let parameters_known = system.parameters.iter().all(|parameter| !contains_unknown(&parameter.ty));
    // A system of tensors has stand-ins for what is not known.
    (of_tensors || (known && !differs && named && parameters_known)).then_some(system)
}

pub(super) fn refuse_qualifiers(signature: &syn::Signature, of_tensors: bool, errors: &Errors) {
    if !signature.generics.params.is_empty() && !of_tensors {
        errors.over(&signature.generics, say::GENERICS);
    }
    let qualifiers: [Option<Span>; 4] = [
        signature.asyncness.map(|token| token.span),
        signature.constness.map(|token| token.span),
        signature.unsafety.map(|token| token.span),
        signature.abi.as_ref().map(Spanned::span),
    ];
    for span in qualifiers.into_iter().flatten() {
        errors.at(span, say::ASYNC);
    }
}

/// The types of a signature, in which all numbers are of one type.
struct Types<'a> {
    real: Real,
    /// Whether a number of another type has been reported: one wrong type makes all others differ from it.
    differ: bool,
    errors: &'a Errors,
    /// How types are read in a system of tensors.
    tensors: Option<Reader<'a>>,
}

impl Types<'_> {
    fn state(&mut self, ty: &syn::Type) -> Type {
        match &self.tensors {
            Some(reader) => reader.state(ty),
            None => self.checked(ty),
        }
    }

    fn checked(&mut self, ty: &syn::Type) -> Type {
        let parsed = signature_type(ty, self.errors);
        let mut found = Vec::new();
        parsed.reals(&mut found);
        let Some(other) = found.into_iter().find(|&other| other != self.real) else { return parsed };
        if !self.differ {
            self.differ = true;
            self.errors.over(ty, say::mixed_reals(&other.to_string(), &self.real.to_string()));
        }
        Type::Unknown
    }

    fn parameter(&mut self, typed: &syn::PatType) -> Option<Parameter> {
        match pattern(&typed.pat, self.errors) {
            Pattern::Name { name, mutable } => {
                let ty = match &self.tensors {
                    Some(reader) => reader.parameter(&typed.ty),
                    None => self.checked(&typed.ty),
                };
                Some(Parameter { name, ty, mutable })
            }
            _ => {
                self.errors.over(&typed.pat, say::PARAMETER_PATTERN);
                None
            }
        }
    }
}

fn contains_unknown(ty: &Type) -> bool {
    match ty {
        Type::Unknown => true,
        Type::Array(element, _) => contains_unknown(element),
        Type::Tuple(elements) => elements.iter().any(contains_unknown),
        _ => false,
    }
}
