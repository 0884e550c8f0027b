//! Straight-line code generic in the lane.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::names::Names;
use crate::graph::{Graph, NodeId, Operation};
use crate::operation::{Elementwise, Logic};

/// An expression, and how tightly its outermost operator binds.
#[derive(Debug, Clone)]
pub(super) struct Code {
    tokens: TokenStream,
    binding: Binding,
    /// How deeply operators are nested in it.
    depth: usize,
}

/// How tightly an operator binds; loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Sum,
    Product,
    Minus,
    Atom,
}

/// Deeper expressions are cut by a `let`: rustc recurses on them.
const DEEPEST: usize = 12;

impl Code {
    /// An expression that needs no parentheses anywhere.
    pub(super) fn atom(tokens: TokenStream) -> Self {
        Self { tokens, binding: Binding::Atom, depth: 0 }
    }

    /// A call: needs no parentheses, but is worth a name where it is used twice.
    pub(super) fn call(tokens: TokenStream) -> Self {
        Self { depth: 1, ..Self::atom(tokens) }
    }

    pub(super) fn tokens(&self) -> &TokenStream {
        &self.tokens
    }

    fn tighter_than(&self, binding: Binding) -> TokenStream {
        let tokens = &self.tokens;
        if self.binding > binding { tokens.clone() } else { quote!((#tokens)) }
    }

    fn at_least(&self, binding: Binding) -> TokenStream {
        let tokens = &self.tokens;
        if self.binding >= binding { tokens.clone() } else { quote!((#tokens)) }
    }
}

/// What an input of a graph is in the code.
#[derive(Debug, Clone)]
pub(super) enum Binder {
    /// A number or truth value.
    Value(Code),
    /// A flat array, by the name of the place that holds it.
    Array(Ident),
}

/// Statements that compute a graph, and what its outputs are.
pub(super) struct Emitted {
    pub(super) statements: TokenStream,
    outputs: Vec<Vec<Code>>,
    zeros: Vec<Vec<bool>>,
}

impl Emitted {
    /// The numbers of output `index`, in order.
    pub(super) fn output(&self, index: usize) -> &[Code] {
        &self.outputs[index]
    }

    /// The numbers of output `index` that are not the constant 0, with their places.
    pub(super) fn nonzero(&self, index: usize) -> impl Iterator<Item = (usize, &Code)> {
        self.outputs[index].iter().enumerate().filter(move |(place, _)| !self.zeros[index][*place])
    }
}

/// The code of a graph whose inputs are bound like this.
pub(super) fn emit(graph: &Graph, inputs: &[Binder], names: &mut Names) -> Emitted {
    let mut writer = Writer::new(graph, inputs);
    writer.write(names);
    let outputs: Vec<Vec<NodeId>> = graph.outputs.iter().map(|&output| writer.elements(output)).collect();
    let is_zero = |id: &NodeId| graph.node(*id).operation == Operation::Constant(0);
    let zeros = outputs.iter().map(|elements| elements.iter().map(is_zero).collect()).collect();
    let code = |writer: &Writer, elements: &[NodeId]| elements.iter().map(|&id| writer.code(id)).collect();
    let whole =
        |output: NodeId| match &writer.inputs.get(graph.inputs().iter().position(|&i| i == output)?)? {
            Binder::Array(name) => Some(name.clone()),
            Binder::Value(_) => None,
        };
    let outputs = outputs
        .iter()
        .zip(&graph.outputs)
        .map(|(elements, &output)| match whole(output) {
            Some(name) => {
                let count = graph.shape(output).len();
                (0..count).map(|place| element(&name, place)).collect()
            }
            None => code(&writer, elements),
        })
        .collect();
    Emitted { statements: writer.statements, outputs, zeros }
}

fn element(array: &Ident, place: usize) -> Code {
    let place = Literal::usize_unsuffixed(place);
    Code::atom(quote!(#array[#place]))
}

struct Writer<'a> {
    graph: &'a Graph,
    inputs: &'a [Binder],
    uses: Vec<usize>,
    codes: Vec<Option<Code>>,
    statements: TokenStream,
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph, inputs: &'a [Binder]) -> Self {
        let live = graph.live();
        let mut uses = vec![0; graph.nodes().len()];
        for id in graph.ids().filter(|id| live[id.0]) {
            let node = graph.node(id);
            // What a branch captures is written once and named, since its bodies may use it often.
            let branch = matches!(node.operation, Operation::Branch { .. });
            for (place, argument) in node.arguments.iter().enumerate() {
                uses[argument.0] += if branch && place > 0 { 2 } else { 1 };
            }
        }
        graph.outputs.iter().for_each(|output| uses[output.0] += 1);
        Self { graph, inputs, uses, codes: vec![None; graph.nodes().len()], statements: TokenStream::new() }
    }

    fn code(&self, id: NodeId) -> Code {
        self.codes[id.0].clone().expect("arguments are written first")
    }

    /// The nodes of the numbers of an output.
    fn elements(&self, output: NodeId) -> Vec<NodeId> {
        let node = self.graph.node(output);
        match node.operation {
            Operation::Stack => node.arguments.clone(),
            _ => vec![output; node.shape.len()],
        }
    }

    fn write(&mut self, names: &mut Names) {
        for id in self.graph.ids() {
            if self.uses[id.0] == 0 {
                continue;
            }
            let node = self.graph.node(id);
            let Some(code) = self.node(id, names) else { continue };
            let trivial = code.binding == Binding::Atom && code.depth == 0;
            let named = node.name.is_some() && !matches!(node.operation, Operation::Result(_));
            let often = self.uses[id.0] > 1 && !trivial;
            let code = if named || often || code.depth >= DEEPEST {
                let local = names.local(node.name.as_deref(), node.span);
                let tokens = &code.tokens;
                self.statements.extend(quote!(let #local = #tokens;));
                Code::atom(quote!(#local))
            } else {
                code
            };
            self.codes[id.0] = Some(code);
        }
    }

    /// The expression of a node; `None` for arrays, which have no code of their own.
    fn node(&mut self, id: NodeId, names: &mut Names) -> Option<Code> {
        let node = self.graph.node(id);
        let argument = |writer: &Self, place: usize| writer.code(node.arguments[place]);
        Some(match &node.operation {
            Operation::Input(index) => match &self.inputs[*index] {
                Binder::Value(code) => code.clone(),
                Binder::Array(_) => return None,
            },
            Operation::Constant(bits) => constant(f64::from_bits(*bits)),
            Operation::Elementwise(function) => {
                let arguments: Vec<Code> =
                    (0..node.arguments.len()).map(|place| argument(self, place)).collect();
                self.elementwise(*function, &arguments, id)
            }
            Operation::Compare(comparison) => {
                let method = Ident::new(comparison.method(), Span::call_site());
                let (a, b) = (argument(self, 0), argument(self, 1));
                let (a, right) = (a.at_least(Binding::Atom), &b.tokens);
                deeper(quote!(#a.#method(#right)), Binding::Atom, &[&b])
            }
            Operation::Logic(Logic::Constant(value)) => Code::atom(quote!(L::truth(#value))),
            Operation::Logic(logic) => {
                let method = Ident::new(logic.method(), Span::call_site());
                let codes: Vec<Code> = (0..node.arguments.len()).map(|place| argument(self, place)).collect();
                let receiver = codes[0].at_least(Binding::Atom);
                let others = codes[1..].iter().map(Code::tokens);
                let tokens = quote!(#receiver.#method(#(#others),*));
                deeper(tokens, Binding::Atom, &codes.iter().collect::<Vec<_>>())
            }
            Operation::Select => {
                let codes: Vec<Code> = (0..3).map(|place| argument(self, place)).collect();
                let arguments = codes.iter().map(Code::tokens);
                deeper(quote!(L::select(#(#arguments),*)), Binding::Atom, &codes.iter().collect::<Vec<_>>())
            }
            Operation::Tensor(_) => unreachable!("a system of numbers has no tensors"),
            Operation::Stack => return None,
            Operation::Index(place) => match self.graph.node(node.arguments[0]).operation {
                Operation::Input(index) => match &self.inputs[index] {
                    Binder::Array(name) => element(name, *place),
                    Binder::Value(_) => unreachable!("a number has no elements"),
                },
                _ => unreachable!("arrays are inputs, or taken apart while simplifying"),
            },
            Operation::Branch { then, otherwise } => {
                let count = then.inputs().len();
                let captured: Vec<Binder> =
                    (1..node.arguments.len()).map(|place| Binder::Value(argument(self, place))).collect();
                let condition = argument(self, 0);
                let condition = condition.tokens();
                let then = body(then, &captured[..count], names);
                let otherwise = body(otherwise, &captured[count..], names);
                let local = names.local(None, node.span);
                self.statements
                    .extend(quote! { let #local = L::branch(#condition, || #then, || #otherwise); });
                Code::atom(quote!(#local))
            }
            Operation::Result(place) => {
                let branch = argument(self, 0);
                let branch = branch.tokens();
                let place = Literal::usize_unsuffixed(*place);
                Code::atom(quote!(#branch[#place]))
            }
        })
    }

    fn elementwise(&self, function: Elementwise, arguments: &[Code], id: NodeId) -> Code {
        let operator = match function {
            Elementwise::Add => Some((Binding::Sum, quote!(+))),
            Elementwise::Sub => Some((Binding::Sum, quote!(-))),
            Elementwise::Mul => Some((Binding::Product, quote!(*))),
            Elementwise::Div => Some((Binding::Product, quote!(/))),
            Elementwise::Rem => Some((Binding::Product, quote!(%))),
            _ => None,
        };
        let all: Vec<&Code> = arguments.iter().collect();
        if let Some((binding, symbol)) = operator {
            let (left, right) = (arguments[0].at_least(binding), arguments[1].tighter_than(binding));
            return deeper(quote!(#left #symbol #right), binding, &all);
        }
        if function == Elementwise::Neg {
            let operand = arguments[0].at_least(Binding::Atom);
            return deeper(quote!(-#operand), Binding::Minus, &all);
        }
        let receiver = arguments[0].at_least(Binding::Atom);
        let span = Span::mixed_site().located_at(self.graph.node(id).span);
        let method = Ident::new(function.spelling(), span);
        if function == Elementwise::Powi {
            let exponent = self.exponent(id);
            return deeper(quote!(#receiver.#method(#exponent)), Binding::Atom, &all);
        }
        if function == Elementwise::Erf {
            // Of a name that the standard library may take.
            return deeper(quote!(rt::Lane::erf(#receiver)), Binding::Atom, &all);
        }
        let others = arguments[1..].iter().map(Code::tokens);
        deeper(quote!(#receiver.#method(#(#others),*)), Binding::Atom, &all)
    }

    /// The exponent of a `powi`, which is a constant.
    fn exponent(&self, id: NodeId) -> Literal {
        match self.graph.node(self.graph.node(id).arguments[1]).operation {
            #[allow(clippy::cast_possible_truncation)]
            Operation::Constant(bits) => Literal::i32_unsuffixed(f64::from_bits(bits) as i32),
            _ => unreachable!("the exponent of powi is an integer of the language"),
        }
    }
}

fn deeper(tokens: TokenStream, binding: Binding, arguments: &[&Code]) -> Code {
    let depth = 1 + arguments.iter().map(|argument| argument.depth).max().unwrap_or(0);
    Code { tokens, binding, depth }
}

fn constant(value: f64) -> Code {
    Code::atom(constant_tokens(value))
}

/// A number that every lane has.
pub(super) fn constant_tokens(value: f64) -> TokenStream {
    if value.is_nan() {
        quote!(L::constant(f64::NAN))
    } else if value.is_infinite() && value > 0.0 {
        quote!(L::constant(f64::INFINITY))
    } else if value.is_infinite() {
        quote!(L::constant(f64::NEG_INFINITY))
    } else if value.is_sign_negative() {
        let magnitude = Literal::f64_unsuffixed(-value);
        quote!(L::constant(-#magnitude))
    } else {
        let magnitude = Literal::f64_unsuffixed(value);
        quote!(L::constant(#magnitude))
    }
}

/// The body of a branch: an expression whose value is the array of its results.
fn body(graph: &Graph, captured: &[Binder], names: &mut Names) -> TokenStream {
    let emitted = emit(graph, captured, names);
    let statements = &emitted.statements;
    let results = emitted.outputs.iter().map(|output| output[0].tokens());
    let results = quote!([#(#results),*]);
    if statements.is_empty() { results } else { quote!({ #statements #results }) }
}
