// An app that does what its arguments say, one after the other, and prints a line for each. Its clock moves only when it
// is told so, and its waits are only noted.
import com.amity.socialcloud.sdk.core.session.AccessTokenRenewal
import com.example.amity.AmityAuth
import com.example.amity.AmityAuthException
import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicLong
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield

private val elapsed = AtomicLong()
private val sleeps = CopyOnWriteArrayList<Long>()
@Volatile private var credential: String? = System.getenv("CREDENTIAL")
@Volatile private var hold: Hold? = null
@Volatile private var failure: AmityAuthException? = null

/** For the page's own code. */
fun appToken(): String = System.getenv("CREDENTIAL").removePrefix("Bearer ")

private val auth = AmityAuth(
    System.getenv("GATEWAY"),
    { elapsed.get() },
    timeoutMs = System.getenv("TIMEOUT_MS")?.toLong() ?: 15_000,
    onRenewalFailure = { failure = it },
    sleep = {
        sleeps.add(it)
        hold?.pass()
    }
) { credential }

/** A wait that lasts until it is opened or cancelled. */
private class Hold {
    val begun = CompletableDeferred<Unit>()
    val open = CompletableDeferred<Unit>()
    val end = CompletableDeferred<String>()

    suspend fun pass() {
        begun.complete(Unit)
        try {
            open.await()
            yield() // notices a cancellation that came before the opening
            end.complete("went on")
        } catch (cancelled: CancellationException) {
            end.complete("cancelled")
            throw cancelled
        }
    }
}

private class Renewal : AccessTokenRenewal {
    private val answers = ArrayBlockingQueue<String>(2)
    override fun renewWithAuthToken(authToken: String) = answers.put("renewed $authToken")
    override fun unableToRetrieveAuthToken() = answers.put("unable ${told(failure)}")
    fun answer(): String = answers.take()
    fun isAnswered() = answers.isNotEmpty()
}

private fun told(error: AmityAuthException?) = error?.run { "$code $retryable $retryAfterSeconds $requestId" }

private suspend fun get(forceRefresh: Boolean = false) = try {
    auth.getAuthToken(forceRefresh).token
} catch (error: AmityAuthException) {
    told(error)
}

private fun start(): Deferred<String?> = GlobalScope.async(Dispatchers.Unconfined) { get() }

private suspend fun carryOut(command: String): String? = when (command) {
    "get" -> get()
    "force" -> get(forceRefresh = true)
    "get at once" -> List(5) { start() }.map { it.await() }.joinToString(" ")
    "get and clear" -> start().let {
        auth.clear()
        it.await()
    }
    "renew" -> Renewal().let {
        auth.renew(it::renewWithAuthToken, it::unableToRetrieveAuthToken)
        it.answer()
    }
    "renew and clear" -> Hold().let {
        hold = it
        Renewal().let { renewal -> auth.renew(renewal::renewWithAuthToken, renewal::unableToRetrieveAuthToken) }
        it.begun.await()
        auth.clear()
        it.open.complete(Unit)
        it.end.await()
    }
    "clear and renew" -> Renewal().let {
        auth.clear()
        auth.renew(it::renewWithAuthToken, it::unableToRetrieveAuthToken)
        "answered: ${it.isAnswered()}"
    }
    "renew by the page" -> Renewal().let {
        GatewaySessionHandler().sessionWillRenewAccessToken(it)
        it.answer()
    }
    "get by the page" -> amityAuth.getAuthToken().token
    "clear" -> "cleared".also { auth.clear() }
    "sleeps" -> sleeps.joinToString(" ")
    "show" -> "${auth.getAuthToken()} $failure"
    "break the credential" -> "broken".also { credential = "Bearer two\nlines" }
    else -> "advanced".also { elapsed.addAndGet(command.removePrefix("advance ").toLong()) }
}

fun main(args: Array<String>) {
    runBlocking { for (command in args) println(carryOut(command)) }
    System.exit(0)
}
