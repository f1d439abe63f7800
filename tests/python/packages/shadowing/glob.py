MARK = "the package's"
