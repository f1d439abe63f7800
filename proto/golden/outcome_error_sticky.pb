k
 java.lang.ClassNotFoundException(Class not found: example.Hello.myHandlerRuntime.BadFunctionCode(:j