//! Markup as values: a page is a tree, made by plain functions and tested without a browser.
//!
//! What is loaded first is built from it and not from Leptos views, which would make it two or three times as large (see
//! `docs/decisions`): the connect page, and the portal's shell. Text is only ever a text node; there is no way to write HTML here.

use std::borrow::Cow;

/// An element or a text. One pointer wide: building a page is a chain of calls that each take and give one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(Box<Node>);

/// What a [`Tag`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A text node.
    Text(Cow<'static, str>),
    /// An element.
    Element(Element),
}

/// An element with its attributes and children.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name, such as `p`; of SVG's where [`Element::is_svg`] says so.
    pub name: &'static str,
    /// Its attributes, in the order given.
    pub attributes: Vec<(&'static str, Cow<'static, str>)>,
    /// What is inside.
    pub children: Vec<Tag>,
}

impl Element {
    /// An element of SVG.
    pub fn is_svg(&self) -> bool {
        matches!(self.name, "svg" | "use" | "path" | "rect")
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_ref())
    }
}

/// An empty element.
#[inline(never)]
pub fn tag(name: &'static str) -> Tag {
    Tag(Box::new(Node::Element(Element { name, attributes: Vec::new(), children: Vec::new() })))
}

/// An empty element of a class.
#[inline(never)]
pub fn of(name: &'static str, class: &'static str) -> Tag {
    tag(name).attr("class", class)
}

/// A text of somebody else's.
#[inline(never)]
pub fn text(text: &str) -> Tag {
    Tag(Box::new(Node::Text(Cow::Owned(text.to_owned()))))
}

/// What an attribute can be set to.
pub trait Value {
    /// Sets it.
    fn set(self, tag: Tag, name: &'static str) -> Tag;
}

impl Value for &'static str {
    #[inline(never)]
    fn set(self, tag: Tag, name: &'static str) -> Tag {
        tag.set(name, Cow::Borrowed(self))
    }
}

impl Value for String {
    #[inline(never)]
    fn set(self, tag: Tag, name: &'static str) -> Tag {
        tag.set(name, Cow::Owned(self))
    }
}

impl Tag {
    /// What it is.
    pub const fn node(&self) -> &Node {
        &self.0
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attr(self, name: &'static str, value: impl Value) -> Self {
        value.set(self, name)
    }

    /// Adds an attribute without a value, if `is_set`.
    #[must_use]
    pub fn flag(self, name: &'static str, is_set: bool) -> Self {
        if is_set { self.attr(name, "true") } else { self }
    }

    /// Adds a child.
    #[must_use]
    pub fn with(self, child: impl Into<Self>) -> Self {
        self.push(child.into())
    }

    /// Adds a child, if there is one.
    #[must_use]
    #[inline(never)]
    pub fn some(self, child: Option<Self>) -> Self {
        match child {
            Some(child) => self.push(child),
            None => self,
        }
    }

    /// Adds children.
    #[must_use]
    #[inline(never)]
    pub fn all(mut self, children: Vec<Self>) -> Self {
        if let Node::Element(element) = &mut *self.0 {
            element.children.extend(children);
        }
        self
    }

    #[inline(never)]
    fn set(mut self, name: &'static str, value: Cow<'static, str>) -> Self {
        if let Node::Element(element) = &mut *self.0 {
            element.attributes.push((name, value));
        }
        self
    }

    #[inline(never)]
    fn push(mut self, child: Self) -> Self {
        if let Node::Element(element) = &mut *self.0 {
            element.children.push(child);
        }
        self
    }

    /// All text inside, for tests and titles.
    pub fn text(&self) -> String {
        match self.node() {
            Node::Text(text) => text.clone().into_owned(),
            Node::Element(element) => element.children.iter().map(Self::text).collect(),
        }
    }

    /// The elements inside, this one first, that have this name.
    pub fn find_all(&self, name: &str) -> Vec<&Element> {
        let Node::Element(element) = self.node() else { return Vec::new() };
        let own = Some(element).filter(|element| element.name == name);
        own.into_iter().chain(element.children.iter().flat_map(|child| child.find_all(name))).collect()
    }
}

impl From<&'static str> for Tag {
    #[inline(never)]
    fn from(text: &'static str) -> Self {
        Self(Box::new(Node::Text(Cow::Borrowed(text))))
    }
}

impl From<Cow<'static, str>> for Tag {
    fn from(text: Cow<'static, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<String> for Tag {
    #[inline(never)]
    fn from(text: String) -> Self {
        Self(Box::new(Node::Text(Cow::Owned(text))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b11_markup_in_a_text_stays_a_text() {
        let page = tag("p").with("<img src=x onerror=alert(1)>".to_owned());
        assert_eq!(page.find_all("img"), Vec::<&Element>::new());
        assert_eq!(page.text(), "<img src=x onerror=alert(1)>");
    }

    #[test]
    fn elements_are_found_in_order() {
        let page =
            of("ul", "perms").all(vec![tag("li").with("a"), tag("li").some(Some(tag("b").with("b"))).some(None)]);
        assert_eq!(page.find_all("li").len(), 2);
        assert_eq!(page.text(), "ab");
        assert_eq!(page.find_all("ul")[0].attribute("class"), Some("perms"));
    }
}
