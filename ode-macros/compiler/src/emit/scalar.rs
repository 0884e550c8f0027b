//! Code generic in the lane, node by node.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::names::Names;
use super::place::{Array, Destination, Place};
use super::plan::{Context, Plan, copied};
use crate::graph::{Graph, NodeId, Operation, Shape};
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
    /// An array.
    Array(Array),
}

/// What becomes of an output of a graph.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// A number, which is asked for afterwards.
    Number,
    /// An array, whose elements go there.
    Array(Destination),
}

/// Statements that compute a graph and bring its arrays where they go, and what its numbers are.
pub(super) struct Emitted {
    pub(super) statements: TokenStream,
    /// For each output that is a number its code.
    pub(super) values: Vec<Option<Code>>,
}

impl Emitted {
    /// The number that is output `index`.
    pub(super) fn value(&self, index: usize) -> &TokenStream {
        self.values[index].as_ref().expect("an output that is a number").tokens()
    }
}

/// The code of a graph whose inputs are bound like this and whose outputs go there.
pub(super) fn emit(graph: &Graph, inputs: &[Binder], targets: &[Target], names: Names) -> Emitted {
    let mut context = Context::new(names);
    let emitted = emit_body(graph, inputs, targets, &mut context);
    let (declarations, statements) = (&context.declarations, &emitted.statements);
    Emitted { statements: quote!(#declarations #statements), values: emitted.values }
}

/// The code of a body inside of a function.
pub(super) fn emit_body(
    graph: &Graph,
    inputs: &[Binder],
    targets: &[Target],
    context: &mut Context,
) -> Emitted {
    let mut writer = Writer::new(graph, inputs, targets, context);
    writer.write(context);
    let values = graph.outputs.iter().zip(targets).map(|(&output, target)| match target {
        Target::Number => Some(writer.code(output)),
        Target::Array(_) => None,
    });
    let values = values.collect();
    let (fills, statements, stores) = (&writer.plan.fills, &writer.statements, &writer.stores);
    Emitted { statements: quote!(#fills #statements #stores), values }
}

pub(super) struct Writer<'a> {
    pub(super) graph: &'a Graph,
    inputs: &'a [Binder],
    uses: Vec<usize>,
    pub(super) codes: Vec<Option<Code>>,
    pub(super) plan: Plan,
    pub(super) statements: TokenStream,
    /// What brings numbers to their places, after all else.
    stores: TokenStream,
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph, inputs: &'a [Binder], targets: &[Target], context: &mut Context) -> Self {
        let live = graph.live();
        let mut uses = vec![0; graph.nodes().len()];
        for id in graph.ids().filter(|id| live[id.0]) {
            let node = graph.node(id);
            // What a body captures is written once and named, since it may be used often there.
            let first = match node.operation {
                Operation::Branch { .. } => 1,
                Operation::Loop(_) => 0,
                _ => usize::MAX,
            };
            for (place, argument) in node.arguments.iter().enumerate() {
                uses[argument.0] += if place >= first { 2 } else { 1 };
            }
        }
        graph.outputs.iter().for_each(|output| uses[output.0] += 1);
        let plan = Plan::new(graph, targets, &uses, context);
        let (statements, stores) = (TokenStream::new(), TokenStream::new());
        Self { graph, inputs, uses, codes: vec![None; graph.nodes().len()], plan, statements, stores }
    }

    pub(super) fn code(&self, id: NodeId) -> Code {
        self.codes[id.0].clone().expect("arguments are written first")
    }

    pub(super) fn array(&self, id: NodeId) -> Array {
        self.plan.arrays[&id].clone()
    }

    /// What a value is for the body that captures it.
    pub(super) fn binder(&self, id: NodeId) -> Binder {
        match self.plan.arrays.get(&id) {
            Some(array) => Binder::Array(array.clone()),
            None => Binder::Value(self.code(id)),
        }
    }

    fn write(&mut self, context: &mut Context) {
        for id in self.graph.ids() {
            if self.uses[id.0] == 0 {
                continue;
            }
            let node = self.graph.node(id);
            if matches!(&node.shape, Shape::Numbers(dims) if !dims.is_empty()) {
                self.write_array(id, context);
                continue;
            }
            let Some(code) = self.node(id, context) else { continue };
            let trivial = code.binding == Binding::Atom && code.depth == 0;
            let named = node.name.is_some() && !matches!(node.operation, Operation::Result(_));
            let often = self.uses[id.0] > 1 && !trivial;
            let code = if named || often || code.depth >= DEEPEST {
                let local = context.names.local(node.name.as_deref(), node.span);
                let tokens = &code.tokens;
                self.statements.extend(quote!(let #local = #tokens;));
                Code::atom(quote!(#local))
            } else {
                code
            };
            self.codes[id.0] = Some(code);
        }
    }

    /// Makes an array known, and brings it where it goes.
    fn write_array(&mut self, id: NodeId, context: &mut Context) {
        let node = self.graph.node(id);
        let array = match &node.operation {
            Operation::Input(index) => match &self.inputs[*index] {
                Binder::Array(array) => Some(array.clone()),
                Binder::Value(_) => unreachable!("an array is no number"),
            },
            Operation::Gather(view) => {
                let source = self.array(node.arguments[0]);
                source.part(view).or_else(|| self.line(node.arguments[0], context).part(view))
            }
            Operation::Index(place) => match self.array(node.arguments[0]) {
                Array::Placed(source) => Some(Array::Placed(source.element(*place))),
                filled @ Array::Filled(_) => Some(filled),
            },
            Operation::Stack => return self.stack(id, context),
            Operation::Scatter(scatter) if scatter.views.is_empty() => {
                Some(Array::Filled(constant(f64::from_bits(scatter.fill))))
            }
            Operation::Scatter(_) => {
                self.numbers_of_scatter(id);
                None
            }
            // The results of loops.
            _ => None,
        };
        if let Some(array) = array {
            self.plan.arrays.insert(id, array);
        }
        for destination in self.plan.copies.remove(&id).unwrap_or_default() {
            let copy = copied(&self.array(id), &destination, &mut context.names);
            self.bring(&destination, copy);
        }
    }

    /// A copy of an array whose rows do not lie next to each other.
    fn line(&mut self, id: NodeId, context: &mut Context) -> Array {
        let node = self.graph.node(id);
        let Shape::Numbers(dims) = &node.shape else { unreachable!("an array of numbers") };
        let place = Place::whole(context.buffer(node.shape.len(), "rows", node.span), dims);
        let destination = Destination { place: place.clone(), add: false };
        let copy = copied(&self.array(id), &destination, &mut context.names);
        self.statements.extend(copy);
        Array::Placed(place)
    }

    /// Statements that write there stand at the end, unless it is read before.
    fn bring(&mut self, destination: &Destination, statements: TokenStream) {
        let target = if self.plan.is_inner(destination) { &mut self.statements } else { &mut self.stores };
        target.extend(statements);
    }

    /// The parts that are numbers; arrays bring themselves where they go.
    fn numbers_of_scatter(&mut self, id: NodeId) {
        let node = self.graph.node(id);
        let Operation::Scatter(scatter) = &node.operation else { unreachable!("an array of parts") };
        let destination = self.plan.destinations[&id].clone();
        for (view, &part) in scatter.views.iter().zip(&node.arguments) {
            if self.graph.shape(part).is_number() {
                let to = destination.part(view, destination.add).expect("the parts fit");
                let store = to.store(self.code(part).tokens());
                self.bring(&to, store);
            }
        }
    }

    /// An array of numbers that were computed one by one: brought to where they go, or to a buffer.
    fn stack(&mut self, id: NodeId, context: &mut Context) {
        let node = self.graph.node(id);
        let copies = self.plan.copies.remove(&id).unwrap_or_default();
        let elsewhere = self.uses[id.0] > copies.len();
        let own = elsewhere.then(|| {
            let name = node.name.as_deref().unwrap_or("buffer");
            let buffer = context.buffer(node.shape.len(), name, node.span);
            let Shape::Numbers(dims) = &node.shape else { unreachable!("an array of numbers") };
            let place = Place::whole(buffer, dims);
            self.plan.arrays.insert(id, Array::Placed(place.clone()));
            Destination { place, add: false }
        });
        for destination in own.iter().chain(&copies) {
            for (place, &element) in node.arguments.iter().enumerate() {
                let to = Destination { place: destination.place.element(place), add: destination.add };
                let zero = self.graph.node(element).operation == Operation::Constant(0);
                let statements = match self.plan.arrays.get(&element) {
                    Some(array) => copied(array, &to, &mut context.names),
                    None if zero && to.add => continue,
                    None => to.store(self.code(element).tokens()),
                };
                self.bring(&to, statements);
            }
        }
    }

    /// The expression of a node that is a number or truth value; `None` for a loop, whose results have their own.
    fn node(&mut self, id: NodeId, context: &mut Context) -> Option<Code> {
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
            Operation::Stack | Operation::Gather(_) | Operation::Scatter(_) => {
                unreachable!("arrays are written as such")
            }
            Operation::Index(place) => match self.array(node.arguments[0]) {
                Array::Placed(source) => Code::atom(source.element(*place).tokens()),
                Array::Filled(code) => code,
            },
            Operation::Loop(repeated) => {
                self.repeat(id, node, repeated, context);
                return None;
            }
            Operation::Branch { then, otherwise } => {
                let count = then.inputs().len();
                let captured: Vec<Binder> =
                    node.arguments[1..].iter().map(|&argument| self.binder(argument)).collect();
                let condition = argument(self, 0);
                let condition = condition.tokens();
                let then = body(then, &captured[..count], context);
                let otherwise = body(otherwise, &captured[count..], context);
                let local = context.names.local(None, node.span);
                self.statements
                    .extend(quote! { let #local = L::branch(#condition, || #then, || #otherwise); });
                Code::atom(quote!(#local))
            }
            Operation::Result(_) if self.codes[id.0].is_some() => return self.codes[id.0].clone(),
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
fn body(graph: &Graph, captured: &[Binder], context: &mut Context) -> TokenStream {
    let emitted = emit_body(graph, captured, &vec![Target::Number; graph.outputs.len()], context);
    let statements = &emitted.statements;
    let results = (0..graph.outputs.len()).map(|output| emitted.value(output));
    let results = quote!([#(#results),*]);
    if statements.is_empty() { results } else { quote!({ #statements #results }) }
}
