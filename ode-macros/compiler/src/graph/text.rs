//! The text form of a graph, for tests and for people: one line a node, bodies indented.

use std::fmt;

use super::{Graph, NodeId, Operation, View};

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_body(self, "", f)
    }
}

fn write_body(graph: &Graph, indent: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for id in graph.ids() {
        let node = graph.node(id);
        write!(f, "{indent}{id} = ")?;
        match &node.operation {
            Operation::Input(index) => write!(f, "input {index}: {}", node.shape)?,
            Operation::Constant(bits) => write!(f, "{:?}", f64::from_bits(*bits))?,
            Operation::Elementwise(function) => f.write_str(function.spelling())?,
            Operation::Compare(comparison) => f.write_str(comparison.method())?,
            Operation::Logic(logic) => f.write_str(logic.method())?,
            Operation::Select => f.write_str("select")?,
            Operation::Tensor(operation) => write!(f, "{}: {} of", operation.name(), node.shape)?,
            Operation::Stack => f.write_str("stack")?,
            Operation::Index(index) => write!(f, "element {index} of")?,
            Operation::Branch { .. } => f.write_str("branch")?,
            Operation::Loop(repeated) => write!(
                f,
                "for {} in {}..{}{}: {} shared, {} streams, {} carried;",
                repeated.name,
                repeated.first,
                repeated.first + repeated.count,
                if repeated.backwards { " backwards" } else { "" },
                repeated.invariants,
                repeated.streams,
                repeated.carried,
            )?,
            Operation::Result(index) => write!(f, "result {index} of")?,
            Operation::Gather(view) => write!(f, "{view} of")?,
            Operation::Scatter(scatter) => {
                write!(f, "{:?} of {:?}", scatter.dims, f64::from_bits(scatter.fill))?;
                for (view, argument) in scatter.views.iter().zip(&node.arguments) {
                    write!(f, ", at {view} {argument}")?;
                }
                writeln!(f)?;
                continue;
            }
        }
        for argument in &node.arguments {
            write!(f, " {argument}")?;
        }
        writeln!(f)?;
        if let Operation::Branch { then, otherwise } = &node.operation {
            let deeper = format!("{indent}    ");
            writeln!(f, "{indent}  then")?;
            write_body(then, &deeper, f)?;
            writeln!(f, "{indent}  else")?;
            write_body(otherwise, &deeper, f)?;
        }
        if let Operation::Loop(repeated) = &node.operation {
            write_body(&repeated.body, &format!("{indent}    "), f)?;
        }
    }
    write!(f, "{indent}->")?;
    for output in &graph.outputs {
        write!(f, " {output}")?;
    }
    writeln!(f)
}

/// The place of the first element, then the axes: `65 + 62*64 + 62*1`.
impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.start)?;
        self.axes.iter().try_for_each(|axis| write!(f, " + {}*{}", axis.count, axis.stride))
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}
