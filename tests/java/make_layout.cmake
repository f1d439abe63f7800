# Makes the package and the layer by which the class path's order is tested (K-05 to K-10). Given OUT.

function(make_jar file text)
  get_filename_component(directory "${file}" DIRECTORY)
  file(MAKE_DIRECTORY "${directory}")
  file(MAKE_DIRECTORY "${OUT}/scratch")
  file(WRITE "${OUT}/scratch/which.txt" "${text}\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" -E tar cf "${file}" --format=zip which.txt
    WORKING_DIRECTORY "${OUT}/scratch" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

foreach(name IN ITEMS 4 A a b z λ)
  make_jar("${OUT}/layout/lib/${name}.jar" "${name}.jar")
endforeach()
make_jar("${OUT}/layout/root.jar" "root.jar")
make_jar("${OUT}/layout/lib/.jar" "only a suffix")
make_jar("${OUT}/layout/lib/upper.JAR" "upper.JAR")
make_jar("${OUT}/layout/lib/deeper/c.jar" "deeper")
make_jar("${OUT}/layer/java/lib/layer.jar" "layer.jar")
make_jar("${OUT}/layer/java/lib/0.jar" "0.jar of the layer")
file(WRITE "${OUT}/layout/which.txt" "root\n")
file(MAKE_DIRECTORY "${OUT}/empty-layer")

# Jars that are none, for the finder.
file(MAKE_DIRECTORY "${OUT}/malformed/lib")
file(WRITE "${OUT}/malformed/lib/empty.jar" "")
file(WRITE "${OUT}/malformed/lib/text.jar" "this is no archive")
file(COPY_FILE "${OUT}/layout/lib/4.jar" "${OUT}/malformed/lib/good.jar")
file(MAKE_DIRECTORY "${OUT}/python-only/pkg")
file(WRITE "${OUT}/python-only/pkg/handler.py" "def handle(event, context): pass\n")
