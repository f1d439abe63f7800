package cafe

import com.amazonaws.services.lambda.runtime.Context
import com.amazonaws.services.lambda.runtime.RequestHandler

enum class Size { SMALL, LARGE }

/** Default values make the constructor without arguments that a serializer needs. */
data class Cup(var drink: String = "", var size: Size = Size.SMALL, var extras: List<String> = emptyList())

data class Receipt(val text: String, val cups: Int, val perDrink: Map<String, Int>)

class Bar : RequestHandler<List<Cup>, Receipt> {
    private var served = 0

    override fun handleRequest(cups: List<Cup>, context: Context): Receipt {
        served += cups.size
        context.logger.log("served $served\n")
        val text = cups.joinToString("; ") { (drink, size, extras) ->
            "$drink ${size.name.lowercase()}${extras.joinToString("") { " +$it" }}"
        }
        return Receipt(text, served, cups.groupingBy { it.drink }.eachCount().toSortedMap())
    }

    fun one(cup: Cup, context: Context) = cup.copy(drink = cup.drink.reversed())

    fun missing(cup: Cup): String = cup.extras.first { it == "milk" }
}

/** A value without a constructor that a serializer could call. */
data class Coin(val cents: Int)

class Till {
    fun take(coin: Coin) = coin.cents
}

object Counter {
    private var count = 0

    @JvmStatic
    fun next(step: Int): Int {
        count += step
        return count
    }
}

object Closed : RequestHandler<String, String> {
    override fun handleRequest(input: String, context: Context) = "never"
}

fun shout(text: String?): String = text?.uppercase() ?: "nothing"
