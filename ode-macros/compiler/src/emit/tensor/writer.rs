//! Graph to loops over flat buffers.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::fusion::{Root, is_elementwise, roots};
use super::view::{Lengths, View};
use crate::emit::functions::in_loop;
use crate::emit::names::Names;
use crate::emit::scalar::constant_tokens;
use crate::graph::{Dim, Graph, NodeId, Operation};
use crate::operation::{Logic, Tensor};

/// What a node is in the code.
#[derive(Debug, Clone)]
pub(super) enum Held {
    /// A number or truth value.
    Scalar(TokenStream),
    /// A tensor in a buffer.
    View(View),
}

/// Where an output goes: elements in order, from the start of a slice of its own.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) buffer: Ident,
    /// Whether it is added to what is there.
    pub(super) adds: bool,
}

/// Writes the code of one graph.
pub(super) struct Writer<'a, 'n> {
    pub(super) graph: &'a Graph,
    pub(super) lengths: &'a Lengths,
    pub(super) names: &'n mut Names,
    pub(super) roots: Vec<Root>,
    pub(super) held: BTreeMap<NodeId, Held>,
    pub(super) code: TokenStream,
    /// How many numbers of the workspace are used.
    pub(super) work: Dim,
}

/// The statements of a graph whose inputs are held like this, which write tensors to their targets; for each output
/// without a target what it is. Also the numbers of the workspace that they use.
pub(super) fn write(
    graph: &Graph,
    inputs: Vec<Held>,
    targets: &[Option<Target>],
    lengths: &Lengths,
    names: &mut Names,
) -> (TokenStream, Vec<Option<TokenStream>>, Dim) {
    let held = graph.inputs().iter().copied().zip(inputs).collect();
    let roots = roots(graph);
    let code = TokenStream::new();
    let mut writer = Writer { graph, lengths, names, roots, held, code, work: Dim::default() };
    let scalars = writer.run(targets);
    (writer.code, scalars, writer.work)
}

impl Writer<'_, '_> {
    fn run(&mut self, targets: &[Option<Target>]) -> Vec<Option<TokenStream>> {
        let mut direct: BTreeMap<NodeId, Target> = BTreeMap::new();
        for (&output, target) in self.graph.outputs.iter().zip(targets) {
            if let Some(target) = target
                && !direct.contains_key(&output)
                && self.writes_directly(output, target)
            {
                direct.insert(output, target.clone());
            }
        }
        for id in self.graph.ids() {
            let node = self.graph.node(id);
            let skip = matches!(self.roots[id.0], Root::Dead | Root::In(_) | Root::Everywhere);
            if !skip && !matches!(node.operation, Operation::Input(_)) {
                self.node(id, direct.get(&id));
            }
        }
        let outputs: Vec<NodeId> = self.graph.outputs.clone();
        let mut scalars = Vec::new();
        for (output, target) in outputs.into_iter().zip(targets) {
            scalars.push(match target {
                None => Some(self.scalar(output)),
                Some(target) => {
                    let own = direct.get(&output).is_some_and(|direct| direct.buffer == target.buffer);
                    if !own {
                        self.copy(output, target);
                    }
                    None
                }
            });
        }
        scalars
    }

    /// Whether the node's own loop can write to the target: nothing else reads what is added up there.
    fn writes_directly(&self, output: NodeId, target: &Target) -> bool {
        let node = self.graph.node(output);
        let computed = is_elementwise(&node.operation)
            || matches!(
                node.operation,
                Operation::Tensor(
                    Tensor::Sum(_)
                        | Tensor::Max(_)
                        | Tensor::Product
                        | Tensor::Concat(_)
                        | Tensor::Pad { .. }
                )
            );
        let sums = !matches!(
            node.operation,
            Operation::Tensor(Tensor::Max(_) | Tensor::Concat(_) | Tensor::Pad { .. })
        );
        let read = self
            .graph
            .ids()
            .any(|id| self.roots[id.0] != Root::Dead && self.graph.node(id).arguments.contains(&output));
        let once = self.graph.outputs.iter().filter(|&&other| other == output).count() == 1;
        computed && self.graph.shape(output).is_tensor() && (!target.adds || (sums && !read && once))
    }

    /// A slice of the workspace.
    pub(super) fn workspace(&mut self, id: NodeId) -> View {
        let node = self.graph.node(id);
        let dims = node.shape.dims();
        let name = self.names.local(node.name.as_deref(), node.span);
        let count = Dim::product(&dims);
        let length = self.lengths.code(&count);
        self.work = self.work.plus(&count);
        self.code.extend(quote!(let (#name, work) = work.split_at_mut(#length);));
        View::contiguous(name, Dim::default(), dims)
    }

    /// The place of the node's result.
    pub(super) fn place(&mut self, id: NodeId, target: Option<&Target>) -> (View, bool) {
        match target {
            Some(target) => {
                let dims = self.graph.shape(id).dims();
                (View::contiguous(target.buffer.clone(), Dim::default(), dims), target.adds)
            }
            None => (self.workspace(id), false),
        }
    }

    fn node(&mut self, id: NodeId, target: Option<&Target>) {
        let node = self.graph.node(id);
        let scalar = !node.shape.is_tensor();
        let held = match &node.operation {
            Operation::Tensor(operation) => self.tensor(id, operation, target),
            Operation::Branch { then, otherwise } => return self.branch(id, then, otherwise),
            Operation::Result(_) => return,
            Operation::Loop(_) | Operation::Gather(_) | Operation::Scatter(_) => {
                unreachable!("loops of numbers are not part of a system of tensors")
            }
            Operation::Constant(bits) => Held::Scalar(constant_tokens(f64::from_bits(*bits))),
            _ if scalar => {
                let value = self.function(id, |writer, id| writer.scalar(id));
                Held::Scalar(self.named(id, value))
            }
            _ => {
                let (place, adds) = self.place(id, target);
                self.elements(id, &place, adds);
                Held::View(place)
            }
        };
        self.held.insert(id, held);
    }

    /// A local for a number.
    pub(super) fn named(&mut self, id: NodeId, value: TokenStream) -> TokenStream {
        let node = self.graph.node(id);
        let name = self.names.local(node.name.as_deref(), node.span);
        self.code.extend(quote!(let #name = #value;));
        quote!(#name)
    }

    /// The number that a node is.
    pub(super) fn scalar(&self, id: NodeId) -> TokenStream {
        match &self.held[&id] {
            Held::Scalar(code) => code.clone(),
            Held::View(view) => {
                let (buffer, place) = (&view.buffer, self.lengths.code(&view.offset));
                quote!(#buffer[#place])
            }
        }
    }

    /// A function of elements, of arguments written so.
    pub(super) fn function(
        &self,
        id: NodeId,
        argument: impl Fn(&Self, NodeId) -> TokenStream,
    ) -> TokenStream {
        let node = self.graph.node(id);
        let arguments: Vec<TokenStream> = node.arguments.iter().map(|&id| argument(self, id)).collect();
        match &node.operation {
            Operation::Elementwise(function) => in_loop(*function, &arguments, || self.exponent(id)),
            Operation::Compare(comparison) => {
                let (method, a, b) = (format_ident!("{}", comparison.method()), &arguments[0], &arguments[1]);
                quote!(#a.#method(#b))
            }
            Operation::Logic(Logic::Constant(value)) => quote!(L::truth(#value)),
            Operation::Logic(logic) => {
                let (method, first, others) =
                    (format_ident!("{}", logic.method()), &arguments[0], &arguments[1..]);
                quote!(#first.#method(#(#others),*))
            }
            Operation::Select => quote!(L::select(#(#arguments),*)),
            other => unreachable!("{other:?} is no function of elements"),
        }
    }

    /// The exponent of a `powi`, which is a constant.
    fn exponent(&self, id: NodeId) -> Literal {
        match self.graph.node(self.graph.node(id).arguments[1]).operation {
            #[allow(clippy::cast_possible_truncation)]
            Operation::Constant(bits) => Literal::i32_unsuffixed(f64::from_bits(bits) as i32),
            _ => unreachable!("the exponent of powi is an integer of the language"),
        }
    }

    /// An operation on whole tensors.
    fn tensor(&mut self, id: NodeId, operation: &Tensor, target: Option<&Target>) -> Held {
        let argument = self.graph.node(id).arguments.first().copied();
        match operation {
            Tensor::Length(dim) => {
                let length = self.lengths.code(dim);
                Held::Scalar(quote!(L::constant((#length) as f64)))
            }
            Tensor::Sum(axes) | Tensor::Max(axes) => self.reduction(id, axes, target),
            Tensor::Product => self.product(id, target),
            Tensor::Concat(axis) => {
                let (place, _) = self.place(id, target);
                let mut start = Dim::default();
                for &part in &self.graph.node(id).arguments {
                    let length = self.graph.shape(part).dims()[*axis].clone();
                    let slice = Tensor::Slice { axis: *axis, start: start.clone(), length: length.clone() };
                    let to = place.arranged(&slice).expect("a part has a place");
                    self.copied(part, &to, false);
                    start = start.plus(&length);
                }
                Held::View(place)
            }
            Tensor::Pad { axis, before, .. } => {
                let (place, _) = self.place(id, target);
                let inner = argument.expect("an operation on a tensor");
                let length = self.graph.shape(inner).dims()[*axis].clone();
                let slice = Tensor::Slice { axis: *axis, start: before.clone(), length };
                let (buffer, to) = (&place.buffer, place.arranged(&slice).expect("a part has a place"));
                self.code.extend(quote!(rt::fill(#buffer, L::constant(0.0));));
                self.copied(inner, &to, false);
                Held::View(place)
            }
            arrangement => {
                let inner = argument.expect("an operation on a tensor");
                let view = match self.held[&inner].clone() {
                    Held::View(view) => view,
                    // A number that becomes a tensor has a place in the workspace.
                    Held::Scalar(code) if self.graph.shape(id).is_tensor() => {
                        let name = self.names.local(None, self.graph.node(id).span);
                        self.code.extend(quote!(let #name = &[#code][..];));
                        View::contiguous(name, Dim::default(), Vec::new())
                    }
                    scalar => return scalar,
                };
                match view.arranged(arrangement) {
                    Some(view) => Held::View(view),
                    None => {
                        // A reshape of elements that are not in order: they are brought into order first.
                        let place = self.workspace(id);
                        let in_order = View::contiguous(place.buffer.clone(), Dim::default(), view.dims);
                        self.copied(inner, &in_order, false);
                        Held::View(place)
                    }
                }
            }
        }
    }

    /// Copies or adds a tensor to its target.
    fn copy(&mut self, id: NodeId, target: &Target) {
        let dims = self.graph.shape(id).dims();
        let zero = |id: NodeId| self.graph.node(id).operation == Operation::Constant(0);
        let node = self.graph.node(id);
        let nothing = matches!(node.operation, Operation::Tensor(Tensor::Expand(_)))
            && zero(node.arguments[0])
            || zero(id);
        if nothing && target.adds {
            return;
        }
        let place = View::contiguous(target.buffer.clone(), Dim::default(), dims);
        self.copied(id, &place, target.adds);
    }

    fn branch(&mut self, id: NodeId, then: &Graph, otherwise: &Graph) {
        let node = self.graph.node(id);
        let condition = self.scalar(node.arguments[0]);
        let mut results: Vec<Option<Target>> = Vec::new();
        let mut scalars: Vec<Ident> = Vec::new();
        let mut held = Vec::new();
        for &output in &then.outputs {
            let dims = then.shape(output).dims();
            let name = self.names.local(None, node.span);
            if dims.is_empty() {
                self.code.extend(quote!(let #name;));
                scalars.push(name.clone());
                results.push(None);
                held.push(Held::Scalar(quote!(#name)));
            } else {
                let count = Dim::product(&dims);
                let length = self.lengths.code(&count);
                self.work = self.work.plus(&count);
                self.code.extend(quote!(let (#name, work) = work.split_at_mut(#length);));
                results.push(Some(Target { buffer: name.clone(), adds: false }));
                held.push(Held::View(View::contiguous(name, Dim::default(), dims)));
            }
        }
        let captured: Vec<Held> =
            node.arguments[1..].iter().map(|argument| self.held[argument].clone()).collect();
        let (first, second) = captured.split_at(then.inputs().len());
        let arm = |writer: &mut Self, body: &Graph, inputs: &[Held]| {
            let (code, values, work) = write(body, inputs.to_vec(), &results, writer.lengths, writer.names);
            writer.work = writer.work.plus(&work);
            let values = values.into_iter().flatten();
            quote!({ let work = &mut *work; #code #(#scalars = #values;)* })
        };
        let then = arm(self, then, first);
        let otherwise = arm(self, otherwise, second);
        self.code.extend(quote!(if #condition #then else #otherwise));
        let users: Vec<NodeId> =
            self.graph.ids().filter(|&user| self.graph.node(user).arguments == [id]).collect();
        for user in users {
            if let Operation::Result(place) = self.graph.node(user).operation {
                self.held.insert(user, held[place].clone());
            }
        }
    }
}
