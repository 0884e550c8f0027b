//! Order conditions: `Σ b_i Φ_i(t) = 1/γ(t)` for every rooted tree `t` up to the order.
//!
//! Source: Hairer, Nørsett, Wanner, *Solving Ordinary Differential Equations I*, 2nd ed., II.2: trees in
//! definition 2.2, γ in definition 2.10, Φ in (2.14), the conditions in theorem 2.13.

use super::number::Number;

/// A rooted tree: the root and the trees above it.
#[derive(Debug)]
pub(super) struct Tree {
    /// The number of vertices.
    pub(super) order: usize,
    /// The density.
    pub(super) gamma: i64,
    /// Positions in the list of all trees, largest first, so that each tree has one spelling.
    children: Vec<usize>,
}

/// All rooted trees up to `order`, by order.
pub(super) fn trees(order: usize) -> Vec<Tree> {
    let mut trees: Vec<Tree> = Vec::new();
    for order in 1..=order {
        let mut shapes = Vec::new();
        forests(&trees, trees.len(), order - 1, &mut Vec::new(), &mut shapes);
        let grown: Vec<Tree> = shapes
            .into_iter()
            .map(|children| {
                let gamma = order as i64 * children.iter().map(|&child| trees[child].gamma).product::<i64>();
                Tree { order, gamma, children }
            })
            .collect();
        trees.extend(grown);
    }
    trees
}

/// Appends every multiset of trees with `vertices` vertices in all, its members at positions below `end`.
fn forests(
    trees: &[Tree],
    end: usize,
    vertices: usize,
    chosen: &mut Vec<usize>,
    found: &mut Vec<Vec<usize>>,
) {
    if vertices == 0 {
        found.push(chosen.clone());
    }
    for next in (0..end).filter(|&next| trees[next].order <= vertices) {
        chosen.push(next);
        forests(trees, next + 1, vertices - trees[next].order, chosen, found);
        chosen.pop();
    }
}

/// The trees, and what each asks of a set of weights.
pub(super) struct Conditions<T> {
    trees: Vec<Tree>,
    /// `Φ_i(t)` for each tree and stage.
    phi: Vec<Vec<T>>,
}

/// The first condition that a set of weights misses.
pub(super) struct Miss<T> {
    /// The tree in brackets: τ is one vertex, `[..]` a root with these above it.
    pub(super) tree: String,
    /// Its number of vertices.
    pub(super) order: usize,
    /// `Σ b_i Φ_i(t)`
    pub(super) found: T,
    /// What it should be.
    pub(super) needed: T,
    /// The one weight that accounts for every condition missed, and what it should be less by.
    pub(super) culprit: Option<(usize, T)>,
}

impl<T: Number> Conditions<T> {
    /// For the stages whose coefficients are the rows of `a`, each as long as there are stages before it.
    pub(super) fn new(a: &[Vec<T>], order: usize) -> Self {
        let trees = trees(order);
        let mut phi: Vec<Vec<T>> = Vec::new();
        // `Σ_j a_ij Φ_j(t)`: what `t` contributes where it is a child. Kept, since most trees share their
        // children.
        let mut above: Vec<Vec<T>> = Vec::new();
        for tree in &trees {
            let of_stage = |stage: usize| {
                let factors = tree.children.iter().map(|&child| &above[child][stage]);
                factors.fold(T::ratio(1, 1), |product, factor| product.times(factor))
            };
            let values: Vec<T> = (0..a.len()).map(of_stage).collect();
            above.push(a.iter().map(|row| T::dot(row, &values)).collect());
            phi.push(values);
        }
        Conditions { trees, phi }
    }

    /// The first of the conditions up to `order` that the weights miss by more than `limit`.
    ///
    /// `needed` is the right-hand side of a tree's condition: `1/γ` for the weights of a step. Weights may be
    /// fewer than the stages; the rest are zero.
    pub(super) fn first_miss(
        &self,
        weights: &[T],
        order: usize,
        limit: &T,
        needed: impl Fn(&Tree) -> T,
    ) -> Option<Miss<T>> {
        let count = self.trees.iter().take_while(|tree| tree.order <= order).count();
        let misses: Vec<T> = (0..count)
            .map(|tree| T::dot(weights, &self.phi[tree]).minus(&needed(&self.trees[tree])))
            .collect();
        let first = misses.iter().position(|miss| !miss.is_within(limit))?;
        let tree = &self.trees[first];
        Some(Miss {
            tree: spelled(&self.trees, tree),
            order: tree.order,
            found: misses[first].plus(&needed(tree)),
            needed: needed(tree),
            culprit: self.culprit(weights.len(), &misses, limit),
        })
    }

    /// A weight that is wrong by `δ` misses every condition by `δ Φ_i(t)`, the first (`Φ = 1`) by `δ` itself.
    fn culprit(&self, stages: usize, misses: &[T], limit: &T) -> Option<(usize, T)> {
        let delta = misses.first().filter(|delta| !delta.is_within(limit))?;
        let explains = |&stage: &usize| {
            let explained =
                |(miss, phi): (&T, &Vec<T>)| miss.minus(&delta.times(&phi[stage])).is_within(limit);
            misses.iter().zip(&self.phi).all(explained)
        };
        let mut candidates = (0..stages).filter(explains);
        let stage = candidates.next()?;
        candidates.next().is_none().then(|| (stage, delta.clone()))
    }
}

fn spelled(trees: &[Tree], tree: &Tree) -> String {
    if tree.children.is_empty() {
        return "τ".to_owned();
    }
    let children: Vec<String> = tree.children.iter().map(|&child| spelled(trees, &trees[child])).collect();
    format!("[{}]", children.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;

    fn gamma(text: &str) -> i64 {
        let trees = trees(5);
        trees.iter().find(|tree| spelled(&trees, tree) == text).unwrap().gamma
    }

    #[test]
    fn rooted_trees_are_counted() {
        let trees = trees(10);
        let counts: Vec<usize> =
            (1..=10).map(|n| trees.iter().filter(|tree| tree.order == n).count()).collect();
        assert_eq!(counts, [1, 1, 2, 4, 9, 20, 48, 115, 286, 719]);
    }

    #[test]
    fn densities() {
        assert_eq!(gamma("τ"), 1);
        assert_eq!(gamma("[τ]"), 2);
        assert_eq!(gamma("[τ,τ]"), 3);
        assert_eq!(gamma("[[τ]]"), 6);
        assert_eq!(gamma("[[τ],τ]"), 8);
        assert_eq!(gamma("[[τ,τ]]"), 12);
        assert_eq!(gamma("[[[τ]]]"), 24);
        assert_eq!(gamma("[[τ],[τ]]"), 20);
        assert_eq!(gamma("[[[[τ]]]]"), 120);
    }

    fn rational(values: &[(i64, i64)]) -> Vec<BigRational> {
        values.iter().map(|&(n, d)| BigRational::ratio(n, d)).collect()
    }

    fn classic() -> Conditions<BigRational> {
        let a = [
            rational(&[]),
            rational(&[(1, 2)]),
            rational(&[(0, 1), (1, 2)]),
            rational(&[(0, 1), (0, 1), (1, 1)]),
        ];
        Conditions::new(&a, 5)
    }

    fn miss(weights: &[(i64, i64)], order: usize) -> Option<Miss<BigRational>> {
        classic().first_miss(&rational(weights), order, &BigRational::slack(), |tree| {
            BigRational::ratio(1, tree.gamma)
        })
    }

    #[test]
    fn the_classical_method_has_order_four() {
        let weights = [(1, 6), (1, 3), (1, 3), (1, 6)];
        assert!(miss(&weights, 4).is_none());
        let fifth = miss(&weights, 5).unwrap();
        assert_eq!((fifth.order, fifth.culprit), (5, None));
    }

    #[test]
    fn one_wrong_weight_is_found_among_right_ones() {
        let (stage, delta) = miss(&[(1, 6), (1, 3), (1, 3), (1, 5)], 4).unwrap().culprit.unwrap();
        assert_eq!((stage, delta), (3, BigRational::ratio(1, 30)));
        assert!(miss(&[(1, 6), (1, 3), (1, 4), (1, 5)], 4).unwrap().culprit.is_none());
    }
}
