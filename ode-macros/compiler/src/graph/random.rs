//! Random graphs for the tests of what is done to graphs.

use proc_macro2::Span;
use proptest::prelude::*;

use super::{Datum, Graph, NodeId, Operation, Shape};
use crate::operation::{Comparison, Elementwise, Logic};

/// The choices that a graph is built from; running out of them ends it.
#[derive(Debug, Clone)]
pub(crate) struct Choices(Vec<u16>);

/// What a graph may compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// Arguments stay inside of the domains, where values and derivatives are finite.
    Tame,
    /// Anything, with constants such as NaN, infinity and -0.
    Wild,
}

pub(crate) fn choices() -> impl Strategy<Value = Choices> {
    prop::collection::vec(any::<u16>(), 4..160).prop_map(Choices)
}

/// The shapes of the inputs of [`graph`].
pub(crate) fn input_shapes() -> [Shape; 3] {
    [Shape::NUMBER, Shape::Numbers(vec![3]), Shape::Numbers(vec![2, 2])]
}

/// How many numbers these are.
pub(crate) const INPUT_NUMBERS: usize = 8;

/// A graph of the inputs number, `[3]` and `[2, 2]` to an array of three numbers, or of all where values are wild.
pub(crate) fn graph(choices: &Choices, values: Values) -> Graph {
    let mut builder = Builder { choices: choices.0.iter(), values, at: Span::call_site() };
    let mut pool = Pool::default();
    for shape in input_shapes() {
        let input = pool.graph.input(shape, builder.at);
        pool.add(input);
    }
    builder.fill(&mut pool, 40, 0);
    let all = values == Values::Wild && builder.pick(2) == 0;
    let outputs =
        if all { pool.numbers.clone() } else { (0..3).map(|_| builder.number(&mut pool)).collect() };
    let output = pool.graph.push(Operation::Stack, outputs, builder.at);
    pool.graph.outputs = vec![output];
    pool.graph
}

/// Values of these shapes made of the numbers, in order.
pub(crate) fn data(shapes: &[Shape], numbers: &[f64]) -> Vec<Datum> {
    let mut numbers = numbers.iter().copied();
    let data = shapes.iter().map(|shape| datum(shape, &mut numbers)).collect();
    assert_eq!(numbers.next(), None, "too many numbers");
    data
}

fn datum(shape: &Shape, numbers: &mut impl Iterator<Item = f64>) -> Datum {
    match (shape.leading(), shape.element()) {
        (Some(count), Some(element)) => Datum::Array((0..count).map(|_| datum(&element, numbers)).collect()),
        _ => Datum::Number(numbers.next().expect("a number for each place")),
    }
}

#[derive(Default)]
struct Pool {
    graph: Graph,
    numbers: Vec<NodeId>,
    truths: Vec<NodeId>,
    arrays: Vec<NodeId>,
}

impl Pool {
    fn add(&mut self, id: NodeId) {
        match self.graph.shape(id) {
            Shape::Truth => self.truths.push(id),
            shape if shape.is_number() => self.numbers.push(id),
            Shape::Numbers(_) => self.arrays.push(id),
            Shape::Results(_) | Shape::Tensor(_) | Shape::Mask(_) => {}
        }
    }
}

struct Builder<'a> {
    choices: std::slice::Iter<'a, u16>,
    values: Values,
    at: Span,
}

impl Builder<'_> {
    fn pick(&mut self, count: usize) -> usize {
        usize::from(self.choices.next().copied().unwrap_or(0)) % count
    }

    fn choose<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.pick(from.len())]
    }

    fn push(&mut self, pool: &mut Pool, operation: Operation, arguments: Vec<NodeId>) -> NodeId {
        let id = pool.graph.push(operation, arguments, self.at);
        pool.add(id);
        id
    }

    /// Recent nodes are taken more often, so that graphs get deep.
    fn number(&mut self, pool: &mut Pool) -> NodeId {
        if pool.numbers.is_empty() {
            return self.constant(pool);
        }
        let back = self.pick(pool.numbers.len()).min(self.pick(pool.numbers.len()));
        pool.numbers[pool.numbers.len() - 1 - back]
    }

    fn truth(&mut self, pool: &mut Pool) -> NodeId {
        if pool.truths.is_empty() {
            return self.compare(pool);
        }
        let truths = pool.truths.clone();
        self.choose(&truths)
    }

    fn constant(&mut self, pool: &mut Pool) -> NodeId {
        let value = match self.values {
            Values::Tame => self.choose(&[1.0, 0.5, -1.0, 2.0, 0.0, 3.25]),
            Values::Wild => self.choose(&[
                0.0,
                -0.0,
                1.0,
                -1.0,
                2.0,
                0.5,
                -4.0,
                3.0,
                1e-310,
                1e300,
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::NAN,
            ]),
        };
        self.push(pool, Operation::Constant(value.to_bits()), vec![])
    }

    fn compare(&mut self, pool: &mut Pool) -> NodeId {
        use Comparison::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        let comparison = self.choose(&[Less, Greater, LessEqual, GreaterEqual, Equal, NotEqual]);
        let arguments = vec![self.number(pool), self.number(pool)];
        self.push(pool, Operation::Compare(comparison), arguments)
    }

    fn fill(&mut self, pool: &mut Pool, most: usize, depth: usize) {
        for _ in 0..most {
            if self.choices.len() == 0 {
                return;
            }
            match self.pick(14) {
                0 => drop(self.constant(pool)),
                1 => drop(self.compare(pool)),
                2 => {
                    let logic = self.choose(&[Logic::And, Logic::Or, Logic::Not, Logic::Constant(true)]);
                    let arguments = (0..logic.arity()).map(|_| self.truth(pool)).collect();
                    self.push(pool, Operation::Logic(logic), arguments);
                }
                3 => {
                    let arguments = vec![self.truth(pool), self.number(pool), self.number(pool)];
                    self.push(pool, Operation::Select, arguments);
                }
                4 => {
                    let elements = (0..1 + self.pick(3)).map(|_| self.number(pool)).collect();
                    self.push(pool, Operation::Stack, elements);
                }
                5 | 6 if !pool.arrays.is_empty() => {
                    let arrays = pool.arrays.clone();
                    let array = self.choose(&arrays);
                    let index = self.pick(pool.graph.shape(array).leading().unwrap_or(1));
                    self.push(pool, Operation::Index(index), vec![array]);
                }
                7 if depth < 3 => self.branch(pool, depth),
                _ => drop(self.elementwise(pool)),
            }
        }
    }

    fn branch(&mut self, pool: &mut Pool, depth: usize) {
        let mut arguments = vec![self.truth(pool)];
        let arrays = self.pick(4) == 0;
        let then = self.body(pool, depth, arrays, &mut arguments);
        let otherwise = self.body(pool, depth, arrays, &mut arguments);
        let operation = Operation::Branch { then: Box::new(then), otherwise: Box::new(otherwise) };
        let branch = self.push(pool, operation, arguments);
        for index in 0..2 + usize::from(arrays) {
            self.push(pool, Operation::Result(index), vec![branch]);
        }
    }

    /// A body to two numbers, and an array where asked for; what it captures is added to the arguments.
    fn body(&mut self, around: &Pool, depth: usize, array: bool, arguments: &mut Vec<NodeId>) -> Graph {
        let mut pool = Pool::default();
        let candidates = [&around.numbers[..], &around.truths, &around.arrays].concat();
        for _ in 0..self.pick(4) {
            let captured = self.choose(&candidates);
            arguments.push(captured);
            let input = pool.graph.input(around.graph.shape(captured).clone(), self.at);
            pool.add(input);
        }
        let most = self.pick(8);
        self.fill(&mut pool, most, depth + 1);
        pool.graph.outputs = vec![self.number(&mut pool), self.number(&mut pool)];
        if array {
            let elements = vec![self.number(&mut pool), self.number(&mut pool)];
            let stack = pool.graph.push(Operation::Stack, elements, self.at);
            pool.graph.outputs.push(stack);
        }
        pool.graph
    }

    fn elementwise(&mut self, pool: &mut Pool) -> NodeId {
        // Most rules are about arithmetic, and with constants.
        use Elementwise::{Add, Div, Mul, Neg, Sub};
        let arithmetic = self.values == Values::Wild && self.pick(2) == 0;
        let row = self.choose(if arithmetic { &[Add, Sub, Mul, Div, Neg] } else { Elementwise::ALL });
        let mut arguments: Vec<NodeId> = (0..row.arity())
            .map(|_| if self.pick(4) == 0 { self.constant(pool) } else { self.number(pool) })
            .collect();
        match (row, self.values) {
            (Elementwise::Powi, _) => {
                // Other exponents are rewritten to products, which agree to rounding.
                let exponent = self.choose(&[5.0, -3.0, 7.0]);
                arguments[1] = self.push(pool, Operation::Constant(f64::to_bits(exponent)), vec![]);
            }
            (Elementwise::Powf, Values::Wild) => {
                let exponent = self.choose(&[2.5, -0.5, f64::NAN, 1.0 / 3.0]);
                arguments[1] = self.push(pool, Operation::Constant(f64::to_bits(exponent)), vec![]);
            }
            _ => {}
        }
        if self.values == Values::Tame {
            self.tame(row, &mut arguments, pool);
        }
        self.push(pool, Operation::Elementwise(row), arguments)
    }

    /// Moves arguments into the domain of the row, away from its ends.
    fn tame(&mut self, row: Elementwise, arguments: &mut [NodeId], pool: &mut Pool) {
        use Elementwise as E;
        let mut apply = |row, arguments: &[NodeId]| {
            pool.graph.push(Operation::Elementwise(row), arguments.to_vec(), self.at)
        };
        let mut positive = |x: NodeId| {
            let square = apply(E::Mul, &[x, x]);
            let log = apply(E::Ln1p, &[square]);
            apply(E::Softplus, &[log])
        };
        match row {
            E::Ln | E::Log2 | E::Log10 | E::Ln1p | E::Sqrt | E::Cbrt | E::Recip | E::Powi => {
                arguments[0] = positive(arguments[0]);
            }
            E::Powf | E::Hypot | E::Atan2 => {
                arguments[0] = positive(arguments[0]);
                arguments[1] = apply(E::Tanh, &[arguments[1]]);
            }
            E::Div | E::Rem => arguments[1] = positive(arguments[1]),
            E::Acosh => {
                let above = positive(arguments[0]);
                arguments[0] = apply(E::Cosh, &[above]);
            }
            E::Asin | E::Acos | E::Atanh => {
                let sine = apply(E::Sin, &[arguments[0]]);
                arguments[0] = apply(E::Tanh, &[sine]);
            }
            E::Exp | E::Exp2 | E::ExpM1 | E::Sinh | E::Cosh | E::Tan => {
                arguments[0] = apply(E::Tanh, &[arguments[0]])
            }
            _ => {}
        }
    }
}
