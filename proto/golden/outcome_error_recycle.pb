È
java.lang.StackOverflowErrorjava.lang.StackOverflowErrorRuntime.UserException"example.Deep.down(Deep.java:5)"example.Deep.down(Deep.java:5)(:1
/{"errorMessage":"java.lang.StackOverflowError"}