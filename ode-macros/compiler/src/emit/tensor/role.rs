//! What the struct is, with the code for the shapes of a state: a system, an event, a reset.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::items::{Items, shape};
use super::kernel::lengths;
use super::view::Lengths;
use crate::graph::{Dim, Symbol};
use crate::parse::{Axis, Role, Type};

impl Items<'_> {
    /// What makes the struct what the function is.
    pub(super) fn of_role(&self) -> TokenStream {
        match self.system.role {
            Role::System => self.of_system(),
            Role::Function => self.of_function(),
        }
    }

    /// What makes the struct a system.
    fn of_system(&self) -> TokenStream {
        let (name, real, own) = (self.system.struct_name(), self.real(), self.own_generics());
        let (generics, shapes, arguments) = self.for_shapes();
        let names: Vec<&str> =
            self.bodies.iter().flat_map(|bodies| bodies.state()).map(|tensor| tensor.name.as_str()).collect();
        let make = self.make_kernel();
        let on_device = self.on_device(&shapes);
        quote! {
            impl<#(const #own: usize,)* D: dfdx::tensor_ops::Device<#real>> #name<#(#own,)* D, #real> {
                /// A solver, to choose method and options.
                pub fn solver(&self) -> rt::TensorSolver<'_, Self> {
                    rt::TensorSolver::new(self)
                }
            }

            impl<#generics D: dfdx::tensor_ops::Device<#real>> rt::TensorSystem<#shapes>
                for #name<#(#own,)* D, #real>
            {
                type Kernel = __Kernel<#arguments>;
                const STATES: &'static [&'static str] = &[#(#names),*];
                fn kernel(&self, shapes: &#shapes) -> ::core::result::Result<Self::Kernel, rt::SolveError> {
                    #make
                }
            }

            #on_device
        }
    }

    /// What makes the struct an event, a reset or, of a state that is one number and after a mistake, both.
    fn of_function(&self) -> TokenStream {
        let (name, real, own) = (self.system.struct_name(), self.real(), self.own_generics());
        let (generics, shapes, arguments) = self.for_shapes();
        let make = self.make_kernel();
        let marker = |marker: TokenStream| {
            quote! {
                impl<#(const #own: usize,)* D: dfdx::tensor_ops::Device<#real>> rt::#marker
                    for #name<#(#own,)* D, #real> {}
            }
        };
        let mistaken = self.bodies.is_none();
        let event = (mistaken || self.system.is_tensor_event()).then(|| marker(quote!(ReturnsNumber)));
        let reset = (mistaken || self.system.is_tensor_reset()).then(|| marker(quote!(ReturnsState)));
        quote! {
            #event
            #reset

            impl<#generics D: dfdx::tensor_ops::Device<#real>> rt::TensorFunction<#shapes>
                for #name<#(#own,)* D, #real>
            {
                type Kernel = __Kernel<#arguments>;
                fn kernel(&self, shapes: &#shapes) -> ::core::result::Result<Self::Kernel, rt::SolveError> {
                    #make
                }
            }
        }
    }

    /// The generics of an implementation for shapes of the state, these shapes, and the arguments of the kernel; after a
    /// mistake any state will do.
    fn for_shapes(&self) -> (TokenStream, TokenStream, TokenStream) {
        let (own, generics) = (self.own_generics(), self.generics());
        match self.bodies {
            Some(_) => {
                let shapes = shapes(&self.system.state_type);
                (quote!(#(const #generics: usize,)*), shapes, quote!(#(#generics),*))
            }
            None => {
                let zeros = generics.iter().map(|_| quote!(0));
                (quote!(#(const #own: usize,)* Shapes,), quote!(Shapes), quote!(#(#zeros),*))
            }
        }
    }

    /// The function itself as what is solved, on the device of its tensors.
    fn on_device(&self, shapes: &TokenStream) -> TokenStream {
        if self.bodies.is_none() || self.system.parameters.is_empty() {
            return quote!();
        }
        let (name, function, real) = (self.system.struct_name(), &self.system.item.sig.ident, self.real());
        let (own, generics) = (self.own_generics(), self.generics());
        let names = self.system.parameters.iter().map(|parameter| &parameter.name);
        let tensor = |axes: &[Axis]| {
            let shape = shape(axes, &quote!(dfdx));
            quote!(dfdx::tensor::Tensor<#shape, #real, D>)
        };
        let (state, count) = match &self.system.state_type {
            Type::Tuple(elements) => {
                let parts = elements.iter().map(|element| match element {
                    Type::Tensor(axes) => tensor(axes),
                    _ => quote!(()),
                });
                let places = (0..elements.len()).map(Literal::usize_unsuffixed);
                let count = quote!(#(dfdx::shapes::Shape::num_elements(&shapes.#places))+*);
                (quote!((#(#parts,)*)), count)
            }
            Type::Tensor(axes) => (tensor(axes), quote!(dfdx::shapes::Shape::num_elements(shapes))),
            _ => return quote!(),
        };
        quote! {
            impl<#(const #generics: usize,)* D: dfdx::tensor_ops::Device<#real> + Send + Sync> rt::DeviceSystem<#shapes>
                for #name<#(#own,)* D, #real>
            {
                type DeviceKernel = rt::opaque::OnDevice<Self, #real, D, #state>;
                fn device_kernel(&self, shapes: &#shapes, device: D) -> Self::DeviceKernel {
                    rt::opaque::OnDevice::new(self, *shapes, device, #count, |model, t, state| {
                        #function(t, state, #(model.#names.clone()),*)
                    })
                }
            }
        }
    }

    /// The kernel of given shapes, once the lengths that are known only now have been compared.
    fn make_kernel(&self) -> TokenStream {
        let Some(bodies) = self.bodies else { return quote!(::core::unimplemented!()) };
        let lengths = Lengths { of: quote!(kernel), ..lengths(bodies) };
        let in_tuple = matches!(self.system.state_type, Type::Tuple(_));
        let values = lengths.runtime.iter().map(|(tensor, axis)| {
            let (tensor, axis) = (Literal::usize_unsuffixed(*tensor), Literal::usize_unsuffixed(*axis));
            let shape = if in_tuple { quote!(shapes.#tensor) } else { quote!(shapes) };
            quote!(dfdx::shapes::Dim::size(&#shape.#axis))
        });
        let checks = bodies.checks.iter().map(|check| {
            let (left, right) = (lengths.code(&check.left), lengths.code(&check.right));
            let text = &check.text;
            if check.is_static() {
                let span = Span::mixed_site().located_at(check.span);
                return quote_spanned!(span=> const { ::core::assert!(#left == #right, #text) });
            }
            quote! {
                if #left != #right {
                    return ::core::result::Result::Err(rt::SolveError::ShapeMismatch {
                        what: #text,
                        left: #left,
                        right: #right,
                    });
                }
            }
        });
        let rows = match &bodies.rows {
            // The kernel's lengths are not there yet.
            Some(Symbol::Runtime(tensor, axis)) => {
                let (tensor, axis) = (Literal::usize_unsuffixed(*tensor), Literal::usize_unsuffixed(*axis));
                let shape = if in_tuple { quote!(shapes.#tensor) } else { quote!(shapes) };
                quote!(dfdx::shapes::Dim::size(&#shape.#axis))
            }
            Some(symbol) => Lengths { rows: None, ..lengths.clone() }.code(&Dim::symbol(symbol.clone())),
            None => quote!(0),
        };
        quote! {
            let kernel = __Kernel { rows: #rows, lengths: [#(#values),*] };
            #(#checks)*
            ::core::result::Result::Ok(kernel)
        }
    }
}

/// The type of the shapes of a state.
fn shapes(state: &Type) -> TokenStream {
    match state {
        Type::Tensor(axes) => shape(axes, &quote!(dfdx)),
        Type::Tuple(elements) => {
            let elements = elements.iter().map(shapes);
            quote!((#(#elements,)*))
        }
        _ => quote!(()),
    }
}
