import no_such_dependency

handler = no_such_dependency.handler
