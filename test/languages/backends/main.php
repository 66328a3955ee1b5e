<?php
// A backend that asks for one token and prints what became of it.
require __DIR__ . '/gateway.php';

$userId = $argv[1];
$timeout = getenv('TIMEOUT_SECONDS');
try {
    if ($timeout !== false) {
        $gateway = new Gateway(getenv('GATEWAY'), getenv('SERVICE_KEY'), (float) $timeout);
        $token = $gateway->authToken($userId);
    } else {
        // USAGE
    }
    $outcome = ['token' => $token];
} catch (GatewayError $error) {
    $outcome = [
        'code' => $error->gatewayCode,
        'retryable' => $error->retryable,
        'retryAfterSeconds' => $error->retryAfterSeconds,
        'requestId' => $error->requestId ?? '',
        'shown' => (string) $error . print_r($gateway, true),
    ];
}
echo json_encode($outcome);
