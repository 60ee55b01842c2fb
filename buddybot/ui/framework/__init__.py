"""What every card and form is built from: texts, components, the router, the reply."""
