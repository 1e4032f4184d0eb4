//! From plug-ins to what can be read: a catalogue of the platform's types and those of a set of plug-ins, for the same
//! engine, hence with the same pages, filters, rights and walls between tenants.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use declarative::{Field, FieldKind, Matter, Plugin, names};
use entities::matter_case;
use policies::Resource;

use crate::{
    graph::catalogue::{
        Catalogue, Class, EXTENDS, EnumDef, FieldDef, Scalar, Source, Submission, TypeDef, column, expression, member,
        one, resolved,
    },
    kernel::{reach::ScopeRules, tx::Gated},
    modules::plugins::{computing::Computing, entries::entries},
};

/// How a row of `custom_field` is tied to the tree: as its object is.
struct Extended {
    target: &'static str,
    resource: Resource,
    scope: [String; 3],
}

static EXTENDED: LazyLock<[Extended; 3]> = LazyLock::new(|| {
    [
        extended::<entities::cadre::Entity>("Cadre"),
        extended::<matter_case::Entity>("Case"),
        extended::<entities::unit::Entity>("Unit"),
    ]
});

fn extended<E: Gated>(target: &'static str) -> Extended {
    let of_object = |template: &str| match template {
        "" => String::new(),
        template => {
            let template = template.replace("{path:t.", "{path:xo.").replace("{t}", "xo");
            format!(
                "exists (select 1 from {} xo where xo.tenant_id = {{tenant}} and xo.id = {{t}}.object_id and ({template}))",
                E::TABLE
            )
        }
    };
    let scope = [E::SCOPE.subtree, E::SCOPE.own, E::SCOPE.agency].map(of_object);
    Extended { target, resource: E::RESOURCE, scope }
}

/// What plug-ins have added stays readable as JSON, whether or not they are at work. It may hold what is sensitive.
pub fn readable(types: &mut [TypeDef]) {
    const DATA: &str = "(select xc.data from custom_field xc where xc.tenant_id = {tenant} and xc.object_id = {t}.id)";
    let doc = "All that plug-ins have added, also those that were disabled or removed since (扩展字段). \
        Permission: `person_sensitive:read`; every reading is recorded, J-10.";
    for ty in types.iter_mut().filter(|ty| EXTENDED.iter().any(|e| ty.name == e.target)) {
        let field = expression("customFields", DATA, Scalar::Json, doc);
        ty.fields.push(field.classed(Class::Sensitive(Resource::PersonSensitive)).recorded());
    }
}

/// The platform's own types.
static OURS: LazyLock<Vec<Arc<TypeDef>>> =
    LazyLock::new(|| crate::modules::types().into_iter().map(Arc::new).collect());

/// The catalogue of a tenant with these plug-ins; fails with a sentence where they contradict each other.
pub fn catalogue(plugins: &[Arc<Plugin>], slots: &[(String, String, String)]) -> Result<Catalogue, String> {
    let mut types = OURS.clone();
    for extended in EXTENDED.iter() {
        extend(&mut types, extended, plugins, slots);
    }
    compute(&mut types, plugins);
    let matters = || plugins.iter().flat_map(|plugin| plugin.matters.iter().map(move |matter| (&**plugin, matter)));
    types.extend(matters().map(|(plugin, matter)| Arc::new(view(plugin, matter))));
    let catalogue = Catalogue::new(types)?.with(matters().map(|(plugin, matter)| submission(plugin, matter)));
    Ok(catalogue.with_entries(entries(plugins)))
}

/// Of each type that may be extended, the fields that a component may be given: plain ones that whoever sees the object
/// sees, and whose reading is nothing to be recorded.
pub fn given() -> BTreeMap<String, BTreeSet<String>> {
    static GIVEN: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
        let types = OURS.iter().filter(|ty| EXTENDED.iter().any(|e| ty.name == e.target));
        types
            .map(|ty| {
                (ty.name.to_string(), ty.fields.iter().filter(|f| is_given(f)).map(|f| f.name.to_string()).collect())
            })
            .collect()
    });
    GIVEN.clone()
}

fn is_given(field: &FieldDef) -> bool {
    let plain = matches!(field.source, Source::Column(..) | Source::Expression(..) | Source::Member(..));
    plain && field.class == Class::Row && !field.recorded
}

/// Fields of core types whose values components work out.
fn compute(types: &mut [Arc<TypeDef>], plugins: &[Arc<Plugin>]) {
    let computed = plugins.iter().flat_map(|plugin| plugin.computed.iter().map(move |field| (plugin, field)));
    for (plugin, field) in computed {
        let Some(core) = types.iter_mut().find(|ty| ty.name == *field.target).map(Arc::make_mut) else { continue };
        let needs = core.fields.iter().filter(|f| is_given(f) && field.needs.iter().any(|need| f.name == *need));
        let needs: Vec<FieldDef> = needs.cloned().collect();
        let doc = format!(
            "{} ({}); worked out by the plug-in of {}. Null with an error where the plug-in does not answer.",
            field.title,
            plugin.title,
            field.needs.join(", ")
        );
        let resolver = Arc::new(Computing { plugin: plugin.clone(), field: field.key.clone() });
        let name = names::field_name(&plugin.prefix, &field.key);
        core.fields.push(resolved(name, scalar(plugin, &field.kind), needs, resolver, doc));
    }
}

fn extend(
    types: &mut Vec<Arc<TypeDef>>,
    extended: &'static Extended,
    plugins: &[Arc<Plugin>],
    slots: &[(String, String, String)],
) {
    let target = extended.target;
    let fields: Vec<(&Plugin, &Field)> = plugins
        .iter()
        .flat_map(|plugin| plugin.fields.iter().map(move |field| (&**plugin, field)))
        .filter(|(_, field)| field.target == target)
        .collect();
    if fields.is_empty() {
        return;
    }
    let Some(core) = types.iter_mut().find(|ty| ty.name == target).map(Arc::make_mut) else { return };
    let name = format!("{target}Ext");
    let mut ty = TypeDef::over::<matter_case::Entity>(
        name.clone(),
        core.prefix,
        format!("What plug-ins add to `{target}` (扩展字段)."),
    )
    .view(Some(format!("{{t}}.target = '{target}'")));
    (ty.table, ty.resource) = ("custom_field", extended.resource);
    let [subtree, own, agency] = &extended.scope;
    ty.scope = ScopeRules { subtree, own, agency };
    ty.fields.clear();
    let mut sorted = vec![];
    for (plugin, field) in fields {
        let name = names::field_name(&plugin.prefix, &field.key);
        let doc = format!("{} ({}).", field.title, plugin.title);
        let scalar = scalar(plugin, &field.kind);
        let slot = slots.iter().find(|(of, known, _)| of == target && *known == name);
        let def = match slot.and_then(|(_, _, slot)| super::slots::column(slot)) {
            Some(slot) => {
                sorted.push(name.clone());
                column(name, slot, scalar, doc).optional().sorted()
            }
            None => member(name.clone(), "data", name, scalar, doc),
        };
        ty.fields.push(if field.sensitive {
            def.classed(Class::Sensitive(Resource::PersonSensitive)).recorded()
        } else {
            def
        });
    }
    let mut relation =
        one("ext", name, EXTENDS, "What plug-ins of the tenant add (扩展字段); null while nothing was set.");
    relation.through = sorted.into_iter().map(Into::into).collect();
    core.fields.push(relation);
    types.push(Arc::new(ty));
}

/// The cases of a plug-in's matter, with the form in typed fields.
fn view(plugin: &Plugin, matter: &Matter) -> TypeDef {
    let key = matter_key(plugin, matter);
    let of_matter = format!(
        "exists (select 1 from matter xm where xm.tenant_id = {{tenant}} and xm.id = {{t}}.matter_id and xm.key = '{key}')"
    );
    let mut ty = TypeDef::over::<matter_case::Entity>(
        names::type_name(&plugin.prefix, &matter.key),
        "cas",
        format!(
            "{} ({}): a case of the matter `{key}` with its form. Permission: `case:read`.",
            matter.title, plugin.title
        ),
    )
    .view(Some(of_matter))
    .roots(names::field_name(&plugin.prefix, &matter.key), names::field_name(&plugin.prefix, &matter.plural))
    .ordered_by("submittedAt")
    .field(column("submittedAt", "submitted_at", Scalar::DateTime, "When it was submitted (提交时间).").sorted())
    .field(one("case", "Case", "{c}.id = {t}.id", "The case (办件).").sorting(&["number"]));
    for field in &matter.fields {
        let json = field.kind == FieldKind::Json;
        let def =
            member(field.name.clone(), "form", field.name.clone(), scalar(plugin, &field.kind), field.title.clone());
        let def = if json { def } else { def.filtered() };
        ty = ty.field(def.classed(Class::NotAgency).recorded());
    }
    ty
}

/// The submission of a plug-in's matter with its form in typed fields. Which fields must be there is the form's to say,
/// which tells all that is missing at once and fills in what the register knows.
fn submission(plugin: &Plugin, matter: &Matter) -> Submission {
    let field = |f: &declarative::FormField| (f.name.clone(), scalar(plugin, &f.kind), format!("{}.", f.title));
    Submission {
        field: format!("{}Submit", names::field_name(&plugin.prefix, &matter.key)),
        doc: format!("{} ({})", matter.title, plugin.title),
        matter: matter_key(plugin, matter),
        view: (names::type_name(&plugin.prefix, &matter.key), names::field_name(&plugin.prefix, &matter.key)),
        form: matter.fields.iter().map(field).collect(),
    }
}

/// The key of a plug-in's matter in the tenant's catalogue of matters.
pub fn matter_key(plugin: &Plugin, matter: &Matter) -> String {
    format!("{}.{}", plugin.prefix, matter.key)
}

/// The form of a value.
pub(super) fn scalar(plugin: &Plugin, kind: &FieldKind) -> Scalar {
    match kind {
        FieldKind::Text => Scalar::String,
        FieldKind::Integer => Scalar::Int,
        FieldKind::Number => Scalar::Float,
        FieldKind::Boolean => Scalar::Boolean,
        FieldKind::Date => Scalar::Date,
        FieldKind::Json => Scalar::Json,
        FieldKind::Code(set) => match plugin.codes.iter().find(|(key, ..)| key == set) {
            Some((key, title, values)) => Scalar::Enum(EnumDef::declared(
                names::type_name(&plugin.prefix, key),
                format!("{title} ({}).", plugin.title),
                values.clone().into(),
            )),
            None => Scalar::String,
        },
    }
}
