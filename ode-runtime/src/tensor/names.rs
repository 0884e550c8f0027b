//! What the numbers of flat tensors are called.

/// The names and axes of tensors that lie one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Names(pub(crate) Vec<(String, Vec<usize>)>);

impl Names {
    /// The names of one row: `y[3]`.
    pub(crate) fn of_row(&self, row: usize) -> Self {
        Self(self.0.iter().map(|(name, axes)| (format!("{name}[{row}]"), axes[1..].to_vec())).collect())
    }

    /// `y[3, 1]`: row 3, column 1.
    pub(crate) fn component(&self, mut index: usize) -> String {
        for (name, axes) in &self.0 {
            let count: usize = axes.iter().product();
            if index < count {
                return place(name, axes, index);
            }
            index -= count;
        }
        format!("adjoint state {index}")
    }
}

fn place(name: &str, axes: &[usize], mut index: usize) -> String {
    let mut places = vec![0; axes.len()];
    for (place, axis) in places.iter_mut().zip(axes).rev() {
        *place = index % axis;
        index /= axis;
    }
    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
    match name.strip_suffix(']') {
        _ if places.is_empty() => name.to_owned(),
        Some(row) => format!("{row}, {}]", places.join(", ")),
        None => format!("{name}[{}]", places.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_number_is_called_by_its_row_and_column() {
        let names =
            Names(vec![("y".to_owned(), vec![2, 3]), ("z".to_owned(), vec![]), ("w".to_owned(), vec![4])]);
        let found: Vec<String> = [0, 4, 6, 8].map(|index| names.component(index)).to_vec();
        assert_eq!(found, ["y[0, 0]", "y[1, 1]", "z", "w[1]"]);
        let row = Names(vec![("y".to_owned(), vec![4, 3])]).of_row(2);
        assert_eq!(row.component(1), "y[2, 1]");
    }
}
