module example/bootstrap

go 1.19
