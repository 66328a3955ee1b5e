# A backend that asks for one token and prints what became of it.
require_relative "gateway"

user_id = ARGV[0]
timeout = ENV["TIMEOUT_SECONDS"]
begin
  if timeout
    gateway = Gateway.new(ENV.fetch("GATEWAY"), ENV.fetch("SERVICE_KEY"), timeout_seconds: timeout.to_f)
    token = gateway.auth_token(user_id)
  else
    # USAGE
  end
  outcome = { token: token }
rescue GatewayError => error
  outcome = {
    code: error.code,
    retryable: error.retryable,
    retryAfterSeconds: error.retry_after_seconds,
    requestId: error.request_id.to_s,
    shown: "#{error.full_message} #{error.inspect} #{gateway.inspect}"
  }
end
puts JSON.generate(outcome)
