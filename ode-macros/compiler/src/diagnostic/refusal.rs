//! The text of every refusal: what was found, why it cannot be compiled, what to write instead.

pub(crate) const WHILE: &str = "a `while` loop runs as often as its values say, so its derivative has no fixed size; \
    use `for i in 0..N` with a constant N, and an `if` inside";
pub(crate) const LOOP: &str = "a `loop` runs as often as its values say, so its derivative has no fixed size; \
    use `for i in 0..N` with a constant N, and an `if` inside";
pub(crate) const BREAK: &str =
    "a loop is unrolled, so it cannot be left early; put the rest of its body into an `if`";
pub(crate) const RETURN: &str = "a system has one end: leave out `return` and let the last expression be the result, \
    an `if`/`else` where it depends";
pub(crate) const MATCH: &str = "`match` is not compiled; use `if`/`else` with comparisons";
pub(crate) const LET_CONDITION: &str =
    "`let` in a condition is not compiled; numbers are compared with `<`, `==`, …";
pub(crate) const LET_ELSE: &str = "`let … else` is not compiled: the patterns of numbers always match";
pub(crate) const LET_WITHOUT_VALUE: &str =
    "this `let` has no value yet; give it one here, `let mut x = 0.0;`";
pub(crate) const MACRO: &str = "a macro is called here, and only rustc can see what it does; \
    a system is arithmetic alone, so print and assert outside of it";
pub(crate) const CLOSURE_VALUE: &str = "a closure can be the argument of `map`, `from_fn` or `fold`, but no value; \
    write it as an inner `fn`";
pub(crate) const CLOSURE_EXPECTED: &str = "a closure is needed here, as in `.map(|x| x * x)`";
pub(crate) const NOT_COMPILED: &str = "this is not part of the language of #[ode]; it has arithmetic, the functions of \
    f64, `let`, `if`/`else`, `for` over constant bounds, arrays, tuples and inner `fn`s";
pub(crate) const STRING: &str = "only numbers and truth values can be used in a system";
pub(crate) const QUESTION: &str = "`?` leaves a function early, and a system has one end";
pub(crate) const UNSAFE: &str = "`unsafe` is not compiled: a system is arithmetic alone";
pub(crate) const STRUCT: &str = "structs are not compiled; use an array or a tuple";
pub(crate) const ITEM: &str = "only `const` and `fn` items can stand in a system; move this one outside";
pub(crate) const PATTERN: &str =
    "this pattern is not compiled; use names, `_`, arrays `[a, b]` and tuples `(a, b)`";
pub(crate) const REST_PATTERN: &str = "`..` in a pattern is not compiled; name each element, or use an index";
pub(crate) const REF_PATTERN: &str = "`ref` is not needed: numbers are copied; leave it out";
pub(crate) const GENERICS: &str = "a system of numbers has no generics: write `f64` or `f32` and lengths as literals; \
    the compiled code is generic by itself";
pub(crate) const INNER_GENERICS: &str = "an inner `fn` is inlined and has no generics; write its types out";
pub(crate) const ASYNC: &str =
    "a system is plain arithmetic: leave out `async`, `const`, `unsafe` and `extern`";
pub(crate) const NOT_A_FUNCTION: &str = "only a function can be compiled, one of time, state and parameters: \
    fn name(t: f64, y: [f64; 2], rate: f64) -> [f64; 2]";
pub(crate) const SELF: &str = "a system is a free function of time, state and parameters: pass what it needs from \
    `self` as parameters";
pub(crate) const NO_STATE: &str = "a system takes the time, then the state, then its parameters: \
    fn name(t: f64, y: [f64; 2], rate: f64) -> [f64; 2]";
pub(crate) const NO_RESULT: &str = "a system returns the derivative of its state, so this needs `-> ` and the \
    state's type";
pub(crate) const NO_VALUE: &str =
    "a function returns a number or an array of numbers, so this needs `-> f64`, say";
pub(crate) const PARAMETER_PATTERN: &str = "a parameter becomes a field of the struct, so it needs a name; \
    take it apart in the body: `let [a, b] = name;`";
pub(crate) const TIME_TYPE: &str = "time is one number: write `t: f64`, or `t: f32` in a system of f32";
pub(crate) const ARRAY_LENGTH: &str = "the length of an array must be a literal here: the macro cannot see the value \
    of a constant outside of the function";
pub(crate) const EMPTY_STATE: &str = "this state holds no number, so there is nothing to solve";
pub(crate) const BAD_TYPE: &str = "this type cannot be part of a system; use f64 or f32, arrays of it `[f64; 3]`, and \
    tuples of these";
pub(crate) const LOCAL_TYPE: &str = "only numbers, integers, arrays and tuples have a place in a system: f64, f32, \
    usize, i32, bool, `[f64; 3]`, `(f64, f64)`";
pub(crate) const INTEGER_RANGE: &str = "this integer does not fit into its type when it is computed";
pub(crate) const DIVISION_BY_ZERO: &str = "this divides an integer by zero";
pub(crate) const UNKNOWN_BOUNDS: &str = "the bounds of a loop must be known while compiling: integers made of literals, \
    `const`s inside the function and loop variables";
pub(crate) const OPEN_RANGE: &str = "a range needs both ends to be compiled: `0..N`";
pub(crate) const ITERATION: &str = "a loop runs over a range `0..N`, an array, or `.iter()` of one, also with \
    `.enumerate()`, `.zip(…)` or `.rev()`";
pub(crate) const NUMBER_AS_INDEX: &str = "an index must be known while compiling; this is a number that the solver \
    computes. Use an `if` for each case";
pub(crate) const NOT_AN_ARRAY: &str = "only an array can be indexed";
pub(crate) const NOT_A_TUPLE: &str =
    "only a tuple has fields; a parameter of the system is a name of its own";
pub(crate) const UNIT_VALUE: &str = "a value is needed here, and this has none: does it end with `;`, or lack an \
    `else`?";
pub(crate) const CONDITION: &str = "a condition is a comparison of numbers, such as `x > 0.0`, or made of them with \
    `&&`, `||` and `!`";
pub(crate) const NUMBER_EXPECTED: &str = "a number is needed here";
pub(crate) const PLACE: &str = "only a variable, or an element of one, can be assigned to";
pub(crate) const POWI: &str = "the exponent of `powi` must be known while compiling; use `powf` for one that is \
    computed";
pub(crate) const CAST: &str = "a number cannot become an integer, since an integer must be known while compiling; \
    where the number decides, write an `if` for each case";
pub(crate) const TOO_LARGE: &str = "unrolled, this system has more than 200000 operations; shorten its loops";
pub(crate) const LOOP_IN_ARM: &str =
    "this loop stands in an `if` on numbers; put the `if` inside of the loop";
pub(crate) const LOOP_DEPENDENCY: &str = "its body changes a variable that cannot go from one iteration to the next; \
    numbers, and small arrays and tuples of numbers, can";
pub(crate) const LOOP_OVERWRITES: &str = "iterations of this loop write to the same element; write to an element of \
    its own in each, or carry the value in a variable";
pub(crate) const LOOP_READS: &str = "this element of an array may have been written by an earlier iteration of the \
    loop; carry it in a variable";
pub(crate) const LOOP_LOCAL_ARRAY: &str = "this array is made in the body of the loop that the index depends on; make \
    it before the loop";
pub(crate) const LOOP_INDEX: &str = "the elements of this array have no common form that an index of a long loop \
    could choose from; use an array of numbers";
pub(crate) const LOOP_INTEGER: &str = "this integer is no sum of multiples of loop variables; write `i * N + j`, \
    or `(i + 1) % N` of one variable";
pub(crate) const LOOP_BOUNDS: &str = "the bounds of this loop depend on the variable of a loop around it; let it run \
    over all, with an `if` inside";
pub(crate) const BITS: &str = "numbers have no bits here; use `&&`, `||`, comparisons and `powi`";
pub(crate) const MUTABLE_REFERENCE: &str = "a mutable reference is not compiled; assign to the variable itself, or \
    return the new value";
pub(crate) const FROM_FN_LENGTH: &str = "the length of this array is not known here; write \
    `let a: [f64; 3] = std::array::from_fn(…);`, or `std::array::from_fn::<f64, 3, _>(…)`";
pub(crate) const OPTIONS: &str = "the only option is the path of the crate, where it has another name: \
    #[ode(crate = my::odec)]";
pub(crate) const MODULE: &str = "a tuple of modules has `Linear<2, 50>` and functions of each element such as `Tanh`, `ReLU` \
    and `Sigmoid`; give other tensors as parameters of their own";
pub(crate) const NO_TENSOR: &str = "in a system of tensors state and parameters are tensors: write `Tensor<Rank2<B, 2>>`, \
    and `Tensor<Rank0>` for a number";
pub(crate) const TENSOR_VALUE: &str = "an event of tensors returns one number as a tensor, `Tensor<Rank0>`, and a reset \
    the type of its state";
pub(crate) const TENSOR_SHAPE: &str = "the shape of a tensor is `Rank2<B, 2>`, of literals, const generics and \
    constants, or a tuple such as `(usize, Const<2>)` where a length is known when the program runs";
pub(crate) const TENSOR_ARGUMENTS: &str = "leave this out: the type of the elements is that of the time, and the device \
    that of the tensors given";
pub(crate) const TENSOR_GENERICS: &str = "a system of tensors is generic in lengths alone: `const B: usize`; the type of \
    the elements is that of the time";
pub(crate) const PARAMETER_LENGTH: &str = "the lengths of a parameter are part of its type: write a literal or a const \
    generic instead of `usize`, which is for the rows of the state";
pub(crate) const OPAQUE_FUNCTION: &str = "#[opaque] is for systems; an event or a reset that cannot be compiled is a \
    closure: `|t: f64, y: Tensor<..>| ..`";
pub(crate) const OPAQUE_STATE: &str =
    "a function under #[opaque] has one tensor as its state; concatenate several";
pub(crate) const EMPTY_AXIS: &str = "an axis of length 0 holds nothing";
pub(crate) const AXIS: &str =
    "axes are known while compiling: give a number such as `1`, or an array of them, `[0, 1]`";
pub(crate) const RESHAPE: &str = "a shape is an array of lengths: integers, const generics and products of them, \
    `[B, 2 * 50]`";
pub(crate) const SLICE: &str = "a part of an axis is a range of lengths, `0..3`";
pub(crate) const LENGTH_ARITHMETIC: &str =
    "lengths that are not known here can be added and multiplied alone";
pub(crate) const MASK_CONDITION: &str = "an `if` takes one truth value, and this has one for each element; write \
    `(a < b).choose(x, y)`";

pub(crate) fn element_shapes(first: &str, other: &str) -> String {
    format!("the elements of this array differ: {first} and {other}")
}

/// Past the budget, where a loop could not stay one.
pub(crate) fn too_large(reason: &str) -> String {
    format!("a loop here is too long to be unrolled, and cannot stay a loop: {reason}")
}

pub(crate) fn loop_variable(name: &str, value: &str) -> String {
    format!("its body changes `{name}`, which is {value}; only numbers go from one iteration to the next")
}

/// `Rank2` of another number of lengths.
pub(crate) fn rank(rank: usize, found: usize) -> String {
    format!("`Rank{rank}` has {}, not {found}", count(rank, "length"))
}

pub(crate) fn tensor_result(found: &str, wanted: &str) -> String {
    format!(
        "this returns {found}, but the state is {wanted}: the result is its derivative, so it has its shape"
    )
}

pub(crate) fn tensor_event(found: &str) -> String {
    format!(
        "this returns {found}, but an event is a zero of one number, `Tensor<Rank0>`: such as `.sum()`, `.mean()`, \
         `.max()` or `.min()` of it"
    )
}

pub(crate) fn tensor_reset(found: &str, wanted: &str) -> String {
    format!("this returns {found}, but the state is {wanted}: a reset returns the state after it")
}

pub(crate) fn tensor_function(state: &str, result: &str) -> String {
    format!(
        "a function of tensors is an event, which returns one number, `Tensor<Rank0>`, or a reset, which returns the \
         state, {state}; this returns {result}"
    )
}

pub(crate) fn tensor_operands(name: &str, found: &[String]) -> String {
    format!("`{name}` cannot be applied to {}", found.join(" and "))
}

pub(crate) fn length_operand(operator: &str, real: &str) -> String {
    format!("`{operator}` of a number and a length; write the length as `… as {real}`")
}

pub(crate) fn broadcast(name: &str, left: &str, right: &str) -> String {
    format!(
        "`{name}` of tensors {left} and {right}: counted from the last, axes must be equally long, or one of them 1"
    )
}

pub(crate) fn axis_range(axis: i128, dims: &str) -> String {
    format!("a tensor {dims} has no axis {axis}; the first is 0, and -1 is the last")
}

pub(crate) fn repeated_axis(axis: usize) -> String {
    format!("axis {axis} is named twice")
}

pub(crate) fn slice_range(range: &str, whole: &str) -> String {
    format!("{range} is no part of an axis of length {whole}{}", as_far(whole))
}

pub(crate) fn tensor_index(index: i128, whole: &str) -> String {
    format!("index {index} is outside of an axis of length {whole}{}", as_far(whole))
}

/// Of a length that is no number.
fn as_far(length: &str) -> &'static str {
    if length.parse::<usize>().is_ok() { "" } else { ", as far as can be seen here" }
}

pub(crate) fn transpose(dims: &str) -> String {
    format!("a tensor {dims} has no two axes to exchange")
}

pub(crate) fn permutation(dims: &str) -> String {
    format!("`permute` takes each axis of the tensor {dims} once, in their new order: `permute([1, 0])`")
}

pub(crate) fn reshape(from: &str, before: &str, to: &str, after: &str) -> String {
    format!("a tensor {from} has {before} elements, and {to} has {after}: a reshape keeps them all")
}

pub(crate) fn matmul_ranks(left: &str, right: &str) -> String {
    format!(
        "`matmul` of {left} and {right}: it takes matrices, batches of them, and a vector on one side; the inner product of two vectors is `(a * b).sum()`"
    )
}

pub(crate) fn matmul(left: &str, right: &str, columns: &str, rows: &str) -> String {
    if columns == rows {
        return format!("`matmul` of {left} and {right}: the axes before the last two must be the same");
    }
    format!(
        "`matmul` of {left} and {right}: the columns of the left, {columns}, must be the rows of the right, {rows}"
    )
}

pub(crate) fn joined(name: &str, found: &str) -> String {
    format!("`{name}` takes an array of tensors and an axis, `{name}([a, b], 0)`, not {found}")
}

pub(crate) fn joined_shapes(name: &str, first: &str, other: &str) -> String {
    let rule =
        if name == "stack" { "all shapes must be the same" } else { "only the joined axis may differ" };
    format!("`{name}` of tensors {first} and {other}: {rule}")
}

pub(crate) fn unknown_function(name: &str, hint: &str) -> String {
    format!(
        "`{name}` is no function that #[ode] can differentiate{hint}{}one of your own must be a `fn` inside of the system",
        if hint.is_empty() { "; " } else { " (" },
    ) + if hint.is_empty() { "" } else { ")" }
}

pub(crate) fn unknown_method(name: &str, on: &str, hint: &str) -> String {
    format!("`{name}` is no method of {on} that can be compiled{hint}")
}

pub(crate) fn unknown_name(name: &str, hint: &str) -> String {
    let hint = if hint.is_empty() {
        "; from outside come parameters, and constants with names in capitals"
    } else {
        hint
    };
    format!("`{name}` is not defined in this system{hint}")
}

pub(crate) fn hidden_name(name: &str) -> String {
    format!(
        "`{name}` is a variable of the system, and an inner `fn` sees only constants; pass it as an argument"
    )
}

pub(crate) fn arity(name: &str, wanted: usize, found: usize) -> String {
    format!("`{name}` takes {}, not {found}", count(wanted, "argument"))
}

pub(crate) fn result_shape(found: &str, wanted: &str, what: &str) -> String {
    format!("this returns {found}, but {what} is {wanted}")
}

pub(crate) fn pattern_shape(pattern: &str, found: &str) -> String {
    format!("this pattern is for {pattern}, but the value is {found}")
}

pub(crate) fn branch_shapes(then: &str, otherwise: &str) -> String {
    let advice = if then == "nothing" || otherwise == "nothing" {
        "an `if` with a value needs an `else` with one, and neither ends with `;`"
    } else if then.starts_with("the integer") && otherwise.starts_with("the integer") {
        "an integer must be known while compiling; write numbers, `1.0`"
    } else {
        "both must have the same shape"
    };
    format!("the two ends of this `if` differ: {then} and {otherwise}; {advice}")
}

pub(crate) fn assigned_shape(name: &str, before: &str, after: &str) -> String {
    format!("`{name}` is {before} and cannot become {after}")
}

pub(crate) fn not_mutable(name: &str) -> String {
    format!("`{name}` is assigned to, but is not `mut`: declare it with `let mut {name}`")
}

pub(crate) fn captured_mutation(name: &str) -> String {
    format!("this closure changes `{name}`, which lives outside of it; use a `for` loop, or `.fold(0.0, …)`")
}

pub(crate) fn recursion(name: &str) -> String {
    format!("`{name}` calls itself, and a call is inlined; use a `for` loop over a constant range")
}

pub(crate) fn index_range(index: i128, length: usize) -> String {
    format!("index {index} is outside of this array of {}", count(length, "element"))
}

pub(crate) fn operands(operator: &str, left: &str, right: &str) -> String {
    let advice = if left.starts_with('[') || right.starts_with('[') {
        "; go through arrays with `map`, `std::array::from_fn` or a `for` loop"
    } else {
        ""
    };
    format!("`{operator}` takes two numbers, not {left} and {right}{advice}")
}

pub(crate) fn integer_operand(operator: &str, number: &str) -> String {
    format!("`{operator}` of a number and an integer; write the integer as `{number}`")
}

pub(crate) fn number_argument(function: &str, found: &str) -> String {
    format!("`{function}` takes numbers, not {found}")
}

pub(crate) fn mixed_reals(found: &str, wanted: &str) -> String {
    format!("{found} in a system of {wanted}: time, state, parameters and constants must all be {wanted}")
}

pub(crate) fn length_of_nothing(name: &str) -> String {
    format!(
        "`{name}` is the length of no axis of the state or a parameter, so that nothing says what it is; use it in a \
         shape there, or take a constant from outside"
    )
}

pub(crate) fn unused_parameter(name: &str) -> String {
    format!("the result does not depend on the parameter `{name}`; leave it out, or call it `_{name}`")
}

pub(crate) fn parameter_without_gradient(name: &str) -> String {
    format!(
        "the parameter `{name}` only decides branches: its gradient is zero everywhere, so it cannot be fitted"
    )
}

pub(crate) fn differing_state(state: &str, result: &str) -> String {
    let hint = if ["f64", "f32"].contains(&result) {
        "; a function that returns a number, such as an event or a loss, takes #[differentiable]"
    } else {
        ""
    };
    format!(
        "the result is the derivative of the state, so its type must be the state's, {state}, not {result}{hint}"
    )
}

pub(crate) fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
