from broken import bad_syntax

handler = bad_syntax.handler
