"""Jobs over HTTP: routes, the shapes of requests and answers."""
