//! The function itself in dfdx's operations: differentiable by dfdx's tape, on any of its devices.
//!
//! The tape goes from operation to operation, so that a value can be used many times. All lengths are known at run time
//! here; the signature alone has those that the compiler knows.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use super::bodies::TensorBodies;
use super::items::shape;
use super::kernel::lengths;
use super::view::Lengths;
use crate::derivative::partials;
use crate::emit::functions::operator;
use crate::emit::names::Names;
use crate::emit::scalar::{Binder, Code, Target, constant_tokens, emit};
use crate::emit::types::{generic, type_tokens};
use crate::graph::{Dim, Graph, NodeId, Operation, Shape};
use crate::operation::{Comparison, Elementwise, Logic, Tensor};
use crate::parse::{Layer, Pattern, System, Type};

/// The function, generic in the device and in the tape of its state.
pub(super) fn function(system: &System, bodies: Option<&TensorBodies>, rt: &TokenStream) -> TokenStream {
    let unknown = system.parameters.iter().any(|parameter| parameter.ty == Type::Unknown);
    if unknown || matches!(system.state_type, Type::Unknown) {
        return TokenStream::new();
    }
    let signature = &system.item.sig;
    let (vis, name) = (&system.item.vis, &signature.ident);
    let attributes = &system.item.attrs;
    let real = type_tokens(&Type::Number(system.real));
    let generics: Vec<Ident> = system.generics.iter().map(|name| generic(name, name_span(system))).collect();
    let dfdx = quote!(#rt::dfdx);
    let tensor = |axes: &[crate::parse::Axis], tape: bool| {
        let shape = shape(axes, &dfdx);
        let tape = if tape { quote!(, T) } else { quote!() };
        quote!(#dfdx::tensor::Tensor<#shape, #real, D #tape>)
    };
    let taped = |ty: &Type| match ty {
        Type::Tensor(axes) => tensor(axes, true),
        Type::Tuple(elements) => {
            let parts = elements.iter().enumerate().map(|(place, element)| match element {
                Type::Tensor(axes) => tensor(axes, place == 0),
                _ => quote!(()),
            });
            quote!((#(#parts,)*))
        }
        _ => quote!(()),
    };
    let (state, result) = (taped(&system.state_type), taped(&system.result_type));
    let parameters = system.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        let ty = match &parameter.ty {
            Type::Tensor(axes) => tensor(axes, false),
            other => super::items::field_type(other, &dfdx, &real),
        };
        quote!(#name: #ty)
    });
    // The user's parameters may have this name.
    let state_argument = Ident::new("state", Span::mixed_site());
    let time = match &system.time {
        Pattern::Name { name, .. } => name.clone(),
        _ => format_ident!("_t"),
    };
    let body = match bodies {
        Some(bodies) => body(system, bodies, rt, &time, &state_argument),
        None => quote!(::core::unimplemented!()),
    };
    quote! {
        #(#attributes)*
        #[allow(dead_code, unused, clippy::all, clippy::pedantic)]
        #vis fn #name<
            #(const #generics: usize,)*
            D: #dfdx::tensor_ops::Device<#real>,
            T: #dfdx::tensor::Tape<#real, D>,
        >(
            #time: #real,
            #state_argument: #state,
            #(#parameters),*
        ) -> #result {
            #body
        }
    }
}

fn name_span(system: &System) -> Span {
    system.item.sig.ident.span()
}

fn body(
    system: &System,
    bodies: &TensorBodies,
    rt: &TokenStream,
    time: &Ident,
    state: &Ident,
) -> TokenStream {
    let real = type_tokens(&Type::Number(system.real));
    let mut names = Names::new(&["state", "tape", "device", "lengths", "rt", "dfdx", &time.to_string()]);
    let mut code = TokenStream::new();
    let states = bodies.states;
    let locals: Vec<Ident> = (0..bodies.tensors.len())
        .map(|place| names.local(Some(&format!("x{place}")), name_span(system)))
        .collect();
    let mut sources: Vec<TokenStream> = Vec::new();
    for parameter in &system.parameters {
        let name = &parameter.name;
        match &parameter.ty {
            Type::Modules(layers, in_tuple) => {
                for (place, layer) in layers.iter().enumerate() {
                    if let Layer::Linear(..) = layer {
                        let at = Literal::usize_unsuffixed(place);
                        let path = if *in_tuple { quote!(#name.#at) } else { quote!(#name) };
                        sources.push(quote!(#path.weight.clone()));
                        sources.push(quote!(#path.bias.clone()));
                    }
                }
            }
            _ => sources.push(quote!(#name)),
        }
    }
    for (local, source) in locals[states..].iter().zip(sources) {
        code.extend(quote!(let #local = #source;));
    }
    // The tensors of the state; the first has the tape.
    let (first, others) = (&locals[0], &locals[1..states]);
    match &system.state_type {
        Type::Tuple(_) => {
            code.extend(quote!(let (#first, #(#others,)*) = #state;));
        }
        _ => code.extend(quote!(let #first = #state;)),
    }
    code.extend(quote!(let (#first, tape) = #first.split_tape();));
    let lengths = Lengths { of: quote!(lengths), rows: None, ..lengths(bodies) };
    let runtime = lengths.runtime.iter().map(|(tensor, axis)| {
        let (tensor, axis) = (&locals[*tensor], Literal::usize_unsuffixed(*axis));
        quote!(#tensor.shape().#axis.size())
    });
    code.extend(quote!(let lengths = rt::Lengths { lengths: [#(#runtime),*] };));
    for (local, tensor) in locals.iter().zip(&bodies.tensors) {
        let ty = dynamic(tensor.dims.len());
        code.extend(quote!(let #local = rt::as_shape::<#ty, _, _, _, _>(#local);));
    }
    code.extend(quote!(let device = #first.device().clone();));

    let mut forms = vec![Form::Plain(quote!(#time))];
    forms.extend(locals.iter().map(|local| Form::Tensor(local.clone())));
    forms.extend(bodies.outside.iter().map(|path| Form::Plain(quote!((const { #path })))));
    let graph = &bodies.value;
    let forms = graph.inputs().iter().copied().zip(forms).collect();
    let mut writer =
        Writer { graph, lengths: &lengths, names: &mut names, forms, results: BTreeMap::new(), code };
    writer.write();
    let outputs: Vec<Ident> =
        graph.outputs.iter().map(|&output| writer.tensor(output, &graph.shape(output).dims())).collect();
    let code = writer.code;
    let types = bodies.results.iter().map(|tensor| shape(&tensor.axes, &quote!(dfdx)));
    let results: Vec<TokenStream> = outputs
        .iter()
        .zip(types)
        .enumerate()
        .map(|(place, (output, ty))| {
            let result = quote!(rt::as_shape::<#ty, _, _, _, _>(#output.clone()));
            if place == 0 { quote!(#result.put_tape(tape)) } else { result }
        })
        .collect();
    let result = match &system.result_type {
        Type::Tuple(_) => quote!((#(#results,)*)),
        _ => quote!(#(#results)*),
    };
    quote! {
        use #rt as rt;
        use rt::{Lane as _, Mask as _, dfdx};
        use dfdx::prelude::*;
        type L = #real;
        #code
        #result
    }
}

/// The shape of so many axes whose lengths are known at run time.
fn dynamic(rank: usize) -> TokenStream {
    let axes = (0..rank).map(|_| quote!(usize));
    quote!((#(#axes,)*))
}

/// `Axis<1>`, `Axes2<0, 1>`: a list of axes as a type.
fn axes_type(axes: &[usize]) -> TokenStream {
    let literals = axes.iter().map(|&axis| Literal::isize_unsuffixed(axis as isize));
    match axes.len() {
        1 => quote!(dfdx::shapes::Axis<#(#literals),*>),
        count => {
            let name = format_ident!("Axes{count}");
            quote!(dfdx::shapes::#name<#(#literals),*>)
        }
    }
}

/// What a node is in the code.
#[derive(Clone)]
enum Form {
    /// A number that depends on no tensor.
    Plain(TokenStream),
    /// A tensor; one number that depends on tensors is one without axes.
    Tensor(Ident),
    /// A truth value.
    Truth(TokenStream),
    /// Truth values of a tensor.
    Mask(Ident),
}

struct Writer<'a, 'n> {
    graph: &'a Graph,
    lengths: &'a Lengths,
    names: &'n mut Names,
    forms: BTreeMap<NodeId, Form>,
    /// The results of branches.
    results: BTreeMap<(NodeId, usize), Form>,
    code: TokenStream,
}

impl Writer<'_, '_> {
    fn write(&mut self) {
        let live = self.graph.live();
        for id in self.graph.ids() {
            if live[id.0] && !self.forms.contains_key(&id) {
                let form = self.node(id);
                self.forms.insert(id, form);
            }
        }
    }

    fn shape(&self, dims: &[Dim]) -> TokenStream {
        let lengths = dims.iter().map(|dim| self.lengths.code(dim));
        quote!((#(#lengths,)*))
    }

    /// A tensor from an operation that has the tape.
    fn taped(&mut self, id: NodeId, operation: TokenStream) -> Ident {
        let node = self.graph.node(id);
        let name = self.names.local(node.name.as_deref(), node.span);
        self.code.extend(quote!(let (#name, tape) = #operation.split_tape();));
        name
    }

    /// The node as a tensor with these axes.
    fn tensor(&mut self, id: NodeId, dims: &[Dim]) -> Ident {
        match self.forms[&id].clone() {
            Form::Tensor(name) if self.graph.shape(id).dims().len() == dims.len() => name,
            Form::Tensor(name) => {
                let (axes, shape) = (axes_type(&(0..dims.len()).collect::<Vec<_>>()), self.shape(dims));
                let view = quote!(#name.clone().put_tape(tape).broadcast_like::<_, #axes>(&#shape));
                self.taped(id, quote!((#view * 1.0)))
            }
            Form::Plain(value) => {
                let (name, shape) = (self.names.local(None, self.graph.node(id).span), self.shape(dims));
                self.code.extend(quote!(let #name = rt::full(&device, #shape, #value);));
                name
            }
            Form::Truth(_) | Form::Mask(_) => unreachable!("a truth value is no tensor"),
        }
    }

    /// One number, read from where it is.
    fn number(&self, id: NodeId) -> TokenStream {
        match &self.forms[&id] {
            Form::Plain(value) => value.clone(),
            Form::Tensor(name) => quote!(rt::read(&#name)),
            Form::Truth(_) | Form::Mask(_) => unreachable!("a truth value is no number"),
        }
    }

    fn node(&mut self, id: NodeId) -> Form {
        let node = self.graph.node(id).clone();
        let plain = node.arguments.iter().all(|argument| matches!(self.forms[argument], Form::Plain(_)));
        let dims = node.shape.dims();
        match &node.operation {
            Operation::Constant(bits) => Form::Plain(constant_tokens(f64::from_bits(*bits))),
            Operation::Elementwise(function) if plain => {
                let arguments: Vec<TokenStream> =
                    node.arguments.iter().map(|&argument| self.number(argument)).collect();
                let value = self.plain(*function, &arguments, &node.arguments);
                let name = self.names.local(node.name.as_deref(), node.span);
                self.code.extend(quote!(let #name: L = #value;));
                Form::Plain(quote!(#name))
            }
            Operation::Elementwise(function) => {
                Form::Tensor(self.elementwise(id, *function, &node.arguments, &dims))
            }
            Operation::Compare(comparison) if dims.is_empty() => {
                let (a, b) = (self.number(node.arguments[0]), self.number(node.arguments[1]));
                let method = format_ident!("{}", comparison.method());
                Form::Truth(quote!(rt::Lane::#method(#a, #b)))
            }
            Operation::Compare(comparison) => {
                let (a, b) = (self.tensor(node.arguments[0], &dims), self.tensor(node.arguments[1], &dims));
                let method = compare_method(*comparison);
                let name = self.names.local(None, node.span);
                self.code.extend(quote!(let #name = #a.#method(&#b);));
                Form::Mask(name)
            }
            Operation::Logic(logic) => self.logic(*logic, &node.arguments, &node.shape),
            Operation::Select => self.select(id, &node.arguments, &dims),
            Operation::Tensor(operation) => self.operation(id, operation, &node.arguments, &dims),
            Operation::Branch { then, otherwise } => {
                self.branch(id, then, otherwise);
                Form::Plain(quote!(()))
            }
            Operation::Result(place) => self.results[&(node.arguments[0], *place)].clone(),
            Operation::Loop(_) | Operation::Gather(_) | Operation::Scatter(_) => {
                unreachable!("loops of numbers are not part of a system of tensors")
            }
            Operation::Input(_) | Operation::Stack | Operation::Index(_) => {
                unreachable!("tensors are not taken apart")
            }
        }
    }

    /// A function of plain numbers.
    fn plain(&self, function: Elementwise, arguments: &[TokenStream], ids: &[NodeId]) -> TokenStream {
        if let Some(operator) = operator(function) {
            let (a, b) = (&arguments[0], &arguments[1]);
            return quote!(#a #operator #b);
        }
        if function == Elementwise::Neg {
            let a = &arguments[0];
            return quote!(-#a);
        }
        if function == Elementwise::Powi {
            let (a, exponent) = (&arguments[0], self.exponent(ids[1]));
            return quote!(rt::Lane::powi(#a, #exponent));
        }
        let method = Ident::new(function.spelling(), Span::call_site());
        quote!(rt::Lane::#method(#(#arguments),*))
    }

    #[allow(clippy::cast_possible_truncation)]
    fn exponent(&self, id: NodeId) -> Literal {
        match self.graph.node(id).operation {
            Operation::Constant(bits) => Literal::i32_unsuffixed(f64::from_bits(bits) as i32),
            _ => unreachable!("the exponent of powi is an integer of the language"),
        }
    }

    fn elementwise(
        &mut self,
        id: NodeId,
        function: Elementwise,
        arguments: &[NodeId],
        dims: &[Dim],
    ) -> Ident {
        if function == Elementwise::Powi {
            let (x, exponent) = (self.tensor(arguments[0], dims), self.exponent(arguments[1]));
            return self.taped(id, quote!(#x.clone().put_tape(tape).powi(#exponent)));
        }
        let tensors: Vec<Ident> = arguments.iter().map(|&argument| self.tensor(argument, dims)).collect();
        let tensors = self.distinct(id, tensors);
        let a = &tensors[0];
        if let Some(operator) = operator(function).filter(|_| function != Elementwise::Rem) {
            let b = &tensors[1];
            return self.taped(id, quote!((#a.clone().put_tape(tape) #operator #b.clone())));
        }
        let method = match function {
            Elementwise::Neg => "negate",
            Elementwise::Max => "maximum",
            Elementwise::Min => "minimum",
            Elementwise::Exp
            | Elementwise::Ln
            | Elementwise::Sin
            | Elementwise::Cos
            | Elementwise::Tanh
            | Elementwise::Sqrt
            | Elementwise::Abs
            | Elementwise::Relu
            | Elementwise::Sigmoid
            | Elementwise::Recip => function.spelling(),
            _ => return self.by_partials(id, function, &tensors),
        };
        let (method, others) = (format_ident!("{method}"), &tensors[1..]);
        self.taped(id, quote!(#a.clone().put_tape(tape).#method(#(#others.clone()),*)))
    }

    /// The arguments of one operation, which in dfdx must be different tensors.
    fn distinct(&mut self, id: NodeId, tensors: Vec<Ident>) -> Vec<Ident> {
        let mut distinct: Vec<Ident> = Vec::new();
        for name in tensors {
            let again = distinct.contains(&name);
            distinct.push(if again { self.fresh(id, &name) } else { name });
        }
        distinct
    }

    /// Another tensor of the same numbers.
    fn fresh(&mut self, id: NodeId, name: &Ident) -> Ident {
        self.taped(id, quote!((#name.clone().put_tape(tape) * 1.0)))
    }

    /// A function that dfdx does not have, from its value and partial derivatives.
    fn by_partials(&mut self, id: NodeId, function: Elementwise, tensors: &[Ident]) -> Ident {
        let span = self.graph.node(id).span;
        let mut graph = Graph::new();
        let inputs: Vec<NodeId> = tensors.iter().map(|_| graph.input(Shape::NUMBER, span)).collect();
        let value = graph.push(Operation::Elementwise(function), inputs, span);
        let mut slopes = partials(&mut graph, value, function);
        slopes.resize_with(tensors.len(), || graph.constant(0.0, span));
        graph.outputs = std::iter::once(value).chain(slopes).collect();
        let graph = crate::simplify::simplify(&graph);
        let arguments: Vec<Ident> = (0..tensors.len()).map(|place| format_ident!("a{place}")).collect();
        let binders: Vec<Binder> =
            arguments.iter().map(|name| Binder::Value(Code::atom(quote!(#name)))).collect();
        let targets = vec![Target::Number; graph.outputs.len()];
        let emitted = emit(&graph, &binders, &targets, Names::new(&["L", "rt"]));
        let statements = &emitted.statements;
        let value = emitted.value(0);
        let slopes = (1..=tensors.len()).map(|place| emitted.value(place).clone());
        let operation = quote! {
            rt::function(tape, [#(&#tensors),*], |[#(#arguments),*]: [L; _]| {
                #statements
                (#value, [#(#slopes),*])
            })
        };
        self.taped(id, operation)
    }

    fn logic(&mut self, logic: Logic, arguments: &[NodeId], shape: &Shape) -> Form {
        let dims = shape.dims();
        if dims.is_empty() {
            let values: Vec<TokenStream> = arguments
                .iter()
                .map(|argument| match &self.forms[argument] {
                    Form::Truth(value) => value.clone(),
                    _ => unreachable!("a connective takes truth values"),
                })
                .collect();
            return Form::Truth(match logic {
                Logic::And => quote!((#(#values)&&*)),
                Logic::Or => quote!((#(#values)||*)),
                Logic::Not => quote!((!#(#values)*)),
                Logic::Constant(value) => quote!(#value),
            });
        }
        let masks: Vec<TokenStream> = arguments
            .iter()
            .map(|argument| match &self.forms[argument] {
                Form::Mask(name) => quote!(#name.clone()),
                Form::Truth(value) => {
                    let shape = self.shape(&dims);
                    quote!(rt::full_mask::<L, _, _>(&device, #shape, #value))
                }
                _ => unreachable!("a connective takes truth values"),
            })
            .collect();
        let name = self.names.local(None, Span::call_site());
        let value = match logic {
            Logic::And => quote!(#(#masks)&*),
            Logic::Or => quote!(#(#masks)|*),
            Logic::Not => quote!(!#(#masks)*),
            Logic::Constant(_) => unreachable!("a constant has no axes"),
        };
        self.code.extend(quote!(let #name = #value;));
        Form::Mask(name)
    }

    fn select(&mut self, id: NodeId, arguments: &[NodeId], dims: &[Dim]) -> Form {
        let (then, otherwise) = (self.tensor(arguments[1], dims), self.tensor(arguments[2], dims));
        let condition = self.forms[&arguments[0]].clone();
        Form::Tensor(match condition {
            Form::Mask(mask) => {
                let [then, otherwise] = &self.distinct(id, vec![then, otherwise])[..] else {
                    unreachable!("a choice is between two")
                };
                self.taped(id, quote!(#mask.clone().choose(#then.clone().put_tape(tape), #otherwise.clone())))
            }
            Form::Truth(value) => {
                let name = self.names.local(None, self.graph.node(id).span);
                self.code
                    .extend(quote!(let #name = if #value { #then.clone() } else { #otherwise.clone() };));
                self.fresh(id, &name)
            }
            _ => unreachable!("a choice is by truth values"),
        })
    }

    fn operation(&mut self, id: NodeId, operation: &Tensor, arguments: &[NodeId], dims: &[Dim]) -> Form {
        if let Tensor::Length(dim) = operation {
            let length = self.lengths.code(dim);
            return Form::Plain(quote!(((#length) as L)));
        }
        let of = self.graph.shape(arguments[0]).dims();
        let x = self.tensor(arguments[0], &of);
        let (to, shape) = (dynamic(dims.len()), self.shape(dims));
        let taped = quote!(#x.clone().put_tape(tape));
        // A view is the tensor that it shows to the tape of dfdx 0.13, and cannot meet it in an operation.
        let own = |view: TokenStream| quote!((#view * 1.0));
        let code = match operation {
            Tensor::Expand(axes) => {
                let axes = axes_type(&axes.iter().map(|(axis, _)| *axis).collect::<Vec<_>>());
                own(quote!(#taped.broadcast_like::<_, #axes>(&#shape)))
            }
            Tensor::Sum(axes) => {
                let axes = axes_type(axes);
                quote!(#taped.sum::<#to, #axes>())
            }
            Tensor::Max(axes) => {
                let axes = axes_type(axes);
                quote!(#taped.max::<#to, #axes>())
            }
            Tensor::Permute(order) => {
                let order = axes_type(order);
                own(quote!(#taped.permute::<#to, #order>()))
            }
            Tensor::Reshape(_) => own(quote!(#taped.reshape_like(&#shape))),
            Tensor::Slice { axis, start, length } => {
                let (start, end) = (self.lengths.code(start), self.lengths.code(&start.plus(length)));
                let ranges = of.iter().enumerate().map(|(place, dim)| {
                    let whole = self.lengths.code(dim);
                    if place == *axis { quote!((#start)..(#end)) } else { quote!(0..(#whole)) }
                });
                // The gradient of a slice in dfdx 0.13 replaces what others gave to the same tensor, so it has one of its own.
                quote!((#taped * 1.0).slice((#(#ranges,)*)))
            }
            Tensor::Concat(axis) => {
                let others: Vec<Ident> = arguments[1..]
                    .iter()
                    .map(|&argument| self.tensor(argument, &self.graph.shape(argument).dims()))
                    .collect();
                let axis = axes_type(&[*axis]);
                let all = self.distinct(id, [vec![x.clone()], others].concat());
                all[1..].iter().fold(
                    taped,
                    |joined, other| quote!((#joined, #other.clone()).concat_along(<#axis>::default())),
                )
            }
            Tensor::Product => {
                let b_dims = self.graph.shape(arguments[1]).dims();
                let b = self.tensor(arguments[1], &b_dims);
                let b = self.distinct(id, vec![x.clone(), b]).remove(1);
                if b_dims.len() == 2 && of.len() > 2 {
                    let rows = self.shape(&[Dim::product(&of[..of.len() - 1]), of[of.len() - 1].clone()]);
                    quote!(#taped.reshape_like(&#rows).matmul(#b.clone()).reshape_like(&#shape))
                } else {
                    quote!(#taped.matmul(#b.clone()))
                }
            }
            Tensor::Detach => {
                let name = self.names.local(None, self.graph.node(id).span);
                self.code.extend(quote!(let #name = rt::detached(&#x);));
                return Form::Tensor(name);
            }
            Tensor::Length(_) | Tensor::Pad { .. } => unreachable!("a function of the user's has none"),
        };
        Form::Tensor(self.taped(id, code))
    }

    fn branch(&mut self, id: NodeId, then: &Graph, otherwise: &Graph) {
        let node = self.graph.node(id).clone();
        let Form::Truth(condition) = self.forms[&node.arguments[0]].clone() else {
            unreachable!("a branch is by one truth value")
        };
        let captured: Vec<Form> =
            node.arguments[1..].iter().map(|argument| self.forms[argument].clone()).collect();
        let (first, second) = captured.split_at(then.inputs().len());
        let mut arm = |graph: &Graph, inputs: &[Form]| {
            let forms = graph.inputs().iter().copied().zip(inputs.iter().cloned()).collect();
            let mut writer = Writer {
                graph,
                lengths: self.lengths,
                names: self.names,
                forms,
                results: BTreeMap::new(),
                code: TokenStream::new(),
            };
            writer.write();
            let results: Vec<Ident> = graph
                .outputs
                .iter()
                .map(|&output| writer.tensor(output, &graph.shape(output).dims()))
                .collect();
            let code = writer.code;
            quote!({ #code (#(#results.clone(),)* tape) })
        };
        let (then_code, other_code) = (arm(then, first), arm(otherwise, second));
        let results: Vec<Ident> = then.outputs.iter().map(|_| self.names.local(None, node.span)).collect();
        self.code.extend(quote! {
            let (#(#results,)* tape) = if #condition #then_code else #other_code;
        });
        for (place, name) in results.into_iter().enumerate() {
            let name = self.fresh(id, &name);
            self.results.insert((id, place), Form::Tensor(name));
        }
    }
}

fn compare_method(comparison: Comparison) -> Ident {
    Ident::new(comparison.method(), Span::call_site())
}
