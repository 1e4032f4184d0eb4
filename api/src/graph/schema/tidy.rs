//! A registry as small as it can be, and what it weighs: tenants with plug-ins have one each.

use std::mem::size_of;

use async_graphql::{
    indexmap::IndexMap,
    registry::{MetaEnumValue, MetaField, MetaInputValue, MetaType, Registry},
};

/// What a key takes beside its text: the hash, the place in the table, the string itself.
const KEY: usize = 48;

/// Gives back what was reserved and is not needed.
pub(super) fn shrink(registry: &mut Registry) {
    let fields = |fields: &mut IndexMap<String, MetaField>| {
        fields.values_mut().for_each(|field| field.args.shrink_to_fit());
        fields.shrink_to_fit();
    };
    for ty in registry.types.values_mut() {
        match ty {
            MetaType::Object { fields: all, .. } | MetaType::Interface { fields: all, .. } => fields(all),
            MetaType::InputObject { input_fields, .. } => input_fields.shrink_to_fit(),
            MetaType::Enum { enum_values, .. } => enum_values.shrink_to_fit(),
            MetaType::Scalar { .. } | MetaType::Union { .. } => {}
        }
    }
}

/// The bytes of a registry, near enough to bound many of them together.
pub(super) fn weight(registry: &Registry) -> usize {
    registry.types.iter().map(|(name, ty)| KEY + name.len() + size_of::<MetaType>() + of_type(ty)).sum()
}

fn of_type(ty: &MetaType) -> usize {
    match ty {
        MetaType::Object { name, description, fields, .. } | MetaType::Interface { name, description, fields, .. } => {
            name.len() + text(description) + fields.iter().map(of_field).sum::<usize>()
        }
        MetaType::InputObject { name, description, input_fields, .. } => {
            name.len() + text(description) + input_fields.iter().map(of_input).sum::<usize>()
        }
        MetaType::Enum { name, description, enum_values, .. } => {
            let value = |(key, value): (&String, &MetaEnumValue)| {
                KEY + 2 * key.len() + size_of::<MetaEnumValue>() + text(&value.description)
            };
            name.len() + text(description) + enum_values.iter().map(value).sum::<usize>()
        }
        MetaType::Scalar { description, .. } | MetaType::Union { description, .. } => text(description),
    }
}

fn of_field((key, field): (&String, &MetaField)) -> usize {
    let own = KEY + 2 * key.len() + size_of::<MetaField>() + field.ty.len() + text(&field.description);
    own + field.args.iter().map(of_input).sum::<usize>()
}

fn of_input((key, input): (&String, &MetaInputValue)) -> usize {
    KEY + 2 * key.len() + size_of::<MetaInputValue>() + input.ty.len() + text(&input.description)
}

fn text(text: &Option<String>) -> usize {
    text.as_ref().map_or(0, String::len)
}
