//! Shows [`Tag`]s: makes the elements once, and afterwards changes only what differs, so that focus, open details and
//! live regions stay as they are.

use crate::browser::js::{self, Callback, Event, Node};
use crate::markup::{self, Element, Tag};
use wasm_bindgen::{JsCast, JsValue};

const SVG: &str = "http://www.w3.org/2000/svg";
/// The attribute that makes an element a button of the page; `data-value` says more.
const PRESS: &str = "data-press";
const VALUE: &str = "data-value";

/// A place in the document and what it shows.
pub struct Place {
    node: Node,
    shown: Vec<Tag>,
}

impl Place {
    /// The element with this id, emptied.
    pub fn take(id: &str) -> Option<Self> {
        let node = js::by_id(id)?;
        node.set_text_content("");
        Some(Self { node, shown: Vec::new() })
    }

    /// The value of an attribute of the element itself.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.node.get_attribute(name)
    }

    /// Shows `tag` in the place of what was there.
    pub fn show(&mut self, tag: Tag) {
        let new = vec![tag];
        patch_children(&self.node, &self.shown, &new);
        self.shown = new;
    }

    /// Calls `f` with `data-press` and `data-value` of what was pressed.
    pub fn on_press(&self, f: impl Fn(&str, &str) + 'static) {
        let pressed = Callback::new(move |event: JsValue| {
            let pressed = event.unchecked_into::<Event>().target();
            let pressed = pressed.and_then(|target| target.closest("[data-press]").ok().flatten());
            if let Some(pressed) = pressed.filter(|pressed| !pressed.has_attribute("aria-disabled")) {
                let name = pressed.get_attribute(PRESS).unwrap_or_default();
                f(&name, &pressed.get_attribute(VALUE).unwrap_or_default());
            }
        });
        self.node.listen("click", &pressed);
        // The place lives as long as the page.
        pressed.forget();
        // A form is sent by a press of its button, as here, and never by the browser.
        let sent = Callback::new(|event: JsValue| event.unchecked_into::<Event>().prevent_default());
        self.node.listen("submit", &sent);
        sent.forget();
    }
}

/// An element that is not of the markup: another program fills it, and it can stand in one place or another.
pub struct Slot {
    node: Node,
}

impl Slot {
    /// A slot with this id, which stands nowhere yet.
    pub fn new(id: &str) -> Self {
        let node = js::create_element("div");
        node.set_attribute("id", id);
        Self { node }
    }

    /// Stands at the end of the element with this id; nowhere, while there is none.
    pub fn move_into(&self, id: &str) {
        match js::by_id(id) {
            Some(parent) if self.node.parent().is_some_and(|now| now.is_same_node(&parent)) => {}
            Some(parent) => parent.append_child(&self.node),
            None => self.node.remove(),
        }
    }
}

fn make(tag: &Tag) -> Node {
    let element = match tag.node() {
        markup::Node::Text(text) => return js::create_text_node(text),
        markup::Node::Element(element) => element,
    };
    let made =
        if element.is_svg() { js::create_element_ns(SVG, element.name) } else { js::create_element(element.name) };
    for (name, value) in &element.attributes {
        made.set_attribute(name, value);
    }
    patch_children(&made, &[], &element.children);
    made
}

fn patch_children(parent: &Node, old: &[Tag], new: &[Tag]) {
    let nodes = parent.child_nodes();
    for at in (new.len()..old.len()).rev() {
        if let Some(node) = nodes.item(at) {
            parent.remove_child(&node);
        }
    }
    for (at, tag) in new.iter().enumerate() {
        match old.get(at).and_then(|before| Some((before, nodes.item(at)?))) {
            Some((before, node)) => patch(parent, &node, before, tag),
            None => parent.append_child(&make(tag)),
        }
    }
}

fn patch(parent: &Node, node: &Node, old: &Tag, new: &Tag) {
    match (old.node(), new.node()) {
        (old, new) if old == new => {}
        (markup::Node::Text(_), markup::Node::Text(text)) => node.set_text_content(text),
        (markup::Node::Element(old), markup::Node::Element(new)) if old.name == new.name => {
            patch_element(node, old, new);
        }
        _ => parent.replace_child(&make(new), node),
    }
}

fn patch_element(node: &Node, old: &Element, new: &Element) {
    for (name, _) in old.attributes.iter().filter(|(name, _)| new.attribute(name).is_none()) {
        node.remove_attribute(name);
    }
    for (name, value) in new.attributes.iter().filter(|(name, value)| old.attribute(name) != Some(value)) {
        node.set_attribute(name, value);
    }
    patch_children(node, &old.children, &new.children);
}
