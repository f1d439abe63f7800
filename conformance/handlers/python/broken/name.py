from json import no_such_name

handler = no_such_name
