//! Parts of arrays: where each element of an array lies in a flat one.

use super::Shape;

/// An affine function from the indices of an array to the places of a flat one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct View {
    /// The place of the first element.
    pub start: usize,
    /// The axes of the array, outermost first; none is one number.
    pub axes: Vec<Axis>,
}

/// An axis of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Axis {
    /// How many elements it has.
    pub count: usize,
    /// How many places one of them is from the next.
    pub stride: isize,
}

impl View {
    /// All of an array with these dimensions, row by row, from `start` on.
    #[must_use]
    pub fn rows(start: usize, dims: &[usize]) -> Self {
        let mut stride = 1;
        let mut axes: Vec<Axis> = Vec::new();
        for &count in dims.iter().rev() {
            axes.push(Axis { count, stride });
            stride *= count.cast_signed();
        }
        axes.reverse();
        Self { start, axes }
    }

    /// The number at this place.
    #[must_use]
    pub fn one(start: usize) -> Self {
        Self { start, axes: Vec::new() }
    }

    /// The dimensions of the array.
    #[must_use]
    pub fn dims(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.count).collect()
    }

    /// The shape of the array.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape::Numbers(self.dims())
    }

    /// The places of all elements, row by row.
    #[must_use]
    pub fn places(&self) -> Vec<usize> {
        let mut places = vec![self.start.cast_signed()];
        for axis in &self.axes {
            let steps = || (0..axis.count.cast_signed()).map(|index| index * axis.stride);
            places = places.iter().flat_map(|place| steps().map(move |step| place + step)).collect();
        }
        places.into_iter().map(isize::cast_unsigned).collect()
    }

    /// The first place and the last.
    #[must_use]
    pub fn bounds(&self) -> (usize, usize) {
        let (mut low, mut high) = (self.start.cast_signed(), self.start.cast_signed());
        for axis in &self.axes {
            let last = (axis.count.cast_signed() - 1) * axis.stride;
            low += last.min(0);
            high += last.max(0);
        }
        (low.cast_unsigned(), high.cast_unsigned())
    }

    /// The axes as one, where the elements, row by row, are equally far from each other.
    #[must_use]
    pub fn line(&self) -> Option<Axis> {
        let mut line = Axis { count: 1, stride: 1 };
        for axis in self.axes.iter().rev() {
            if line.count > 1 && axis.count > 1 && axis.stride != line.stride * line.count.cast_signed() {
                return None;
            }
            if line.count == 1 {
                line.stride = axis.stride;
            }
            line.count *= axis.count;
        }
        Some(line)
    }

    /// This view of the array that `outer` is a view of, where that is affine too.
    #[must_use]
    pub fn of(&self, outer: &Self) -> Option<Self> {
        let line = outer.line()?;
        let start = outer.start.cast_signed() + self.start.cast_signed() * line.stride;
        let axes = self.axes.iter().map(|axis| Axis { stride: axis.stride * line.stride, ..*axis }).collect();
        Some(Self { start: start.cast_unsigned(), axes })
    }

    /// Whether it is all of an array with so many numbers, in order.
    #[must_use]
    pub fn is_whole(&self, length: usize) -> bool {
        self.start == 0
            && self.line().is_some_and(|line| line.count == length && (line.stride == 1 || length == 1))
    }

    /// The view of element `index` along the first axis.
    #[must_use]
    pub fn element(&self, index: usize) -> Self {
        let start = self.start.cast_signed() + index.cast_signed() * self.axes[0].stride;
        Self { start: start.cast_unsigned(), axes: self.axes[1..].to_vec() }
    }

    /// The view of the places of this one that `other` has too, seen from `other`; `None` where that is no view.
    #[must_use]
    pub fn within(&self, other: &Self) -> Option<Self> {
        let line = other.line()?;
        let offset = self.start.cast_signed() - other.start.cast_signed();
        let whole = |places: isize| (places % line.stride == 0).then_some(places / line.stride);
        let start = whole(offset)?;
        let axes: Option<Vec<Axis>> =
            self.axes.iter().map(|axis| Some(Axis { stride: whole(axis.stride)?, ..*axis })).collect();
        let part = Self { start: usize::try_from(start).ok()?, axes: axes? };
        let (low, high) = part.bounds();
        (low <= high && high < line.count).then_some(part)
    }
}

/// Whether no place belongs to two elements of these views of an array with so many numbers.
#[must_use]
pub fn disjoint<'a>(views: impl IntoIterator<Item = &'a View>, length: usize) -> bool {
    let mut taken = vec![false; length];
    views.into_iter().flat_map(View::places).all(|place| !std::mem::replace(&mut taken[place], true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(start: usize, axes: &[(usize, isize)]) -> View {
        View { start, axes: axes.iter().map(|&(count, stride)| Axis { count, stride }).collect() }
    }

    #[test]
    fn views_of_views() {
        let rows = View::rows(4, &[2, 3]);
        assert_eq!(rows.places(), [4, 5, 6, 7, 8, 9]);
        assert_eq!(rows.line(), Some(Axis { count: 6, stride: 1 }));
        assert!(View::rows(0, &[2, 3]).is_whole(6) && !rows.is_whole(6));
        let backwards = view(9, &[(3, -2)]);
        assert_eq!(backwards.places(), [9, 7, 5]);
        assert_eq!(backwards.bounds(), (5, 9));
        let part = view(1, &[(2, 1)]);
        assert_eq!(part.of(&backwards), Some(view(7, &[(2, -2)])));
        assert_eq!(view(7, &[(2, -2)]).within(&backwards), Some(part));
        assert_eq!(view(8, &[(2, -2)]).within(&backwards), None);
        assert_eq!(view(7, &[(3, -2)]).within(&backwards), None);
        let inner = view(65, &[(62, 64), (62, 1)]);
        assert_eq!(inner.line(), None);
        assert_eq!(inner.element(1), view(129, &[(62, 1)]));
        assert!(disjoint([&inner, &view(0, &[(64, 1)])], 4096));
        assert!(!disjoint([&view(0, &[(3, 1), (3, 1)])], 5));
    }
}
