package tandem

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestATemplateSaysHowAFunctionIsLoaded(t *testing.T) {
	made := newRuntime(t, Options{})
	path := filepath.Join(t.TempDir(), "template.yaml")
	text := `Transform: AWS::Serverless-2016-10-31
Parameters:
  Name: {Type: String, Default: Ada}
Resources:
  Greet:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ` + packages(t, "python") + `, Handler: handlers.greet, Timeout: 120, FunctionName: !Ref Name}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	template := Template{Path: path, Parameters: map[string]string{"Name": "named"}}
	for _, name := range []string{"", "Greet", "named"} {
		greet, err := made.LoadFromTemplate(template, name, LoadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := greet.Invoke(context.Background(), []byte(`{"name": "Ada"}`))
		if err != nil || string(answer) != `"Hello Ada from Python"` {
			t.Errorf("%s, %v", answer, err)
		}
	}
	var failed *Error
	if _, err := made.LoadFromTemplate(template, "Ada", LoadOptions{}); !errors.As(err, &failed) || failed.Code != NotFound {
		t.Errorf("%v", err)
	}
}
