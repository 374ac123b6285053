//! Shows [`Tag`]s: makes the elements once, and afterwards changes only what differs, so that focus, open details and
//! live regions stay as they are.

use crate::markup::{self, Element, Tag};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Event, Node};

const SVG: &str = "http://www.w3.org/2000/svg";
/// The attribute that makes an element a button of the page; `data-value` says more.
const PRESS: &str = "data-press";
const VALUE: &str = "data-value";

/// A place in the document and what it shows.
pub struct Place {
    node: Node,
    document: Document,
    shown: Vec<Tag>,
}

impl Place {
    /// The element with this id, emptied.
    pub fn take(id: &str) -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let element = document.get_element_by_id(id)?;
        element.set_text_content(None);
        Some(Self { node: element.into(), document, shown: Vec::new() })
    }

    /// The value of an attribute of the element itself.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.node.dyn_ref::<web_sys::Element>()?.get_attribute(name)
    }

    /// Shows `tag` in the place of what was there.
    pub fn show(&mut self, tag: Tag) {
        let new = vec![tag];
        patch_children(&self.document, &self.node, &self.shown, &new);
        self.shown = new;
    }

    /// Calls `f` with `data-press` and `data-value` of what was pressed.
    pub fn on_press(&self, f: impl Fn(&str, &str) + 'static) {
        let closure = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let pressed = target.and_then(|target| target.closest("[data-press]").ok().flatten());
            if let Some(pressed) = pressed.filter(|pressed| !pressed.has_attribute("aria-disabled")) {
                let name = pressed.get_attribute(PRESS).unwrap_or_default();
                f(&name, &pressed.get_attribute(VALUE).unwrap_or_default());
            }
        });
        let _ = self.node.add_event_listener_with_callback("click", closure.as_ref().unchecked_ref());
        // The place lives as long as the page.
        closure.forget();
        // A form is sent by a press of its button, as here, and never by the browser.
        let closure = Closure::<dyn Fn(Event)>::new(|event: Event| event.prevent_default());
        let _ = self.node.add_event_listener_with_callback("submit", closure.as_ref().unchecked_ref());
        closure.forget();
    }
}

/// An element that is not of the markup: another program fills it, and it can stand in one place or another.
pub struct Slot {
    element: web_sys::Element,
    document: Document,
}

impl Slot {
    /// A slot with this id, which stands nowhere yet.
    pub fn new(id: &str) -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let element = document.create_element("div").ok()?;
        element.set_id(id);
        Some(Self { element, document })
    }

    /// Stands at the end of the element with this id; nowhere, while there is none.
    pub fn move_into(&self, id: &str) {
        let parent = self.document.get_element_by_id(id);
        if self.element.parent_element() == parent {
            return;
        }
        match parent {
            Some(parent) => drop(parent.append_child(&self.element)),
            None => self.element.remove(),
        }
    }
}

fn make(document: &Document, tag: &Tag) -> Option<Node> {
    let element = match tag.node() {
        markup::Node::Text(text) => return Some(document.create_text_node(text).into()),
        markup::Node::Element(element) => element,
    };
    let made = if element.is_svg() {
        document.create_element_ns(Some(SVG), element.name)
    } else {
        document.create_element(element.name)
    };
    let made = made.ok()?;
    for (name, value) in &element.attributes {
        let _ = made.set_attribute(name, value);
    }
    patch_children(document, &made, &[], &element.children);
    Some(made.into())
}

fn patch_children(document: &Document, parent: &Node, old: &[Tag], new: &[Tag]) {
    let nodes = parent.child_nodes();
    for at in (new.len()..old.len()).rev() {
        if let Some(node) = u32::try_from(at).ok().and_then(|at| nodes.get(at)) {
            let _ = parent.remove_child(&node);
        }
    }
    for (at, tag) in new.iter().enumerate() {
        let there = old.get(at).zip(u32::try_from(at).ok().and_then(|at| nodes.get(at)));
        match there {
            Some((before, node)) => patch(document, parent, &node, before, tag),
            None => {
                if let Some(node) = make(document, tag) {
                    let _ = parent.append_child(&node);
                }
            }
        }
    }
}

fn patch(document: &Document, parent: &Node, node: &Node, old: &Tag, new: &Tag) {
    match (old.node(), new.node()) {
        (old, new) if old == new => {}
        (markup::Node::Text(_), markup::Node::Text(text)) => node.set_text_content(Some(text)),
        (markup::Node::Element(old), markup::Node::Element(new)) if old.name == new.name => {
            patch_element(document, node, old, new);
        }
        _ => {
            if let Some(made) = make(document, new) {
                let _ = parent.replace_child(&made, node);
            }
        }
    }
}

fn patch_element(document: &Document, node: &Node, old: &Element, new: &Element) {
    if let Some(element) = node.dyn_ref::<web_sys::Element>() {
        for (name, _) in old.attributes.iter().filter(|(name, _)| new.attribute(name).is_none()) {
            let _ = element.remove_attribute(name);
        }
        for (name, value) in new.attributes.iter().filter(|(name, value)| old.attribute(name) != Some(value)) {
            let _ = element.set_attribute(name, value);
        }
    }
    patch_children(document, node, &old.children, &new.children);
}
