// A backend that asks for one token and prints what became of it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"example.com/backend/gateway"
)

func main() {
	outcome := map[string]any{}
	token, client, err := ask(context.Background(), os.Args[1])
	var failure *gateway.Error
	if err == nil {
		outcome["token"] = token
	} else if errors.As(err, &failure) {
		outcome["code"] = failure.Code
		outcome["retryable"] = failure.Retryable
		outcome["retryAfterSeconds"] = failure.RetryAfterSeconds
		outcome["requestId"] = failure.RequestID
		outcome["shown"] = fmt.Sprintf("%+v %#v %+v %#v", err, err, client, client)
	}
	_ = json.NewEncoder(os.Stdout).Encode(outcome)
}

func ask(ctx context.Context, userID string) (string, *gateway.Gateway, error) {
	if seconds, err := strconv.ParseFloat(os.Getenv("TIMEOUT_SECONDS"), 64); err == nil {
		timeout := time.Duration(seconds * float64(time.Second))
		client := gateway.New(os.Getenv("GATEWAY"), os.Getenv("SERVICE_KEY"), timeout)
		token, err := client.AuthToken(ctx, userID)
		return token, client, err
	}
	// USAGE
	return token, client, err
}
