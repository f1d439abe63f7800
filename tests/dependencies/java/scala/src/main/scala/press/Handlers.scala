package press

import com.amazonaws.services.lambda.runtime.{Context, RequestHandler}
import java.util.{List => JList, Map => JMap}
import scala.beans.BeanProperty
import scala.jdk.CollectionConverters._

/** A case class as a serializer can make one: a constructor without arguments, getters and setters. */
case class Page(@BeanProperty var title: String, @BeanProperty var words: Int, @BeanProperty var tags: JList[String]) {
  def this() = this("", 0, java.util.Collections.emptyList())
}

/** By maps of Java's, made and read as Scala's. */
class Words extends RequestHandler[JMap[String, Object], JMap[String, Object]] {
  private var served = 0

  override def handleRequest(event: JMap[String, Object], context: Context): JMap[String, Object] = {
    served += 1
    context.getLogger.log(s"served $served\n")
    val words = event.asScala("text").toString.split(' ').toList
    val lengths = words.groupMapReduce(_.length.toString)(_ => 1)(_ + _)
    Map[String, Object]("served" -> Int.box(served), "first" -> words.head, "lengths" -> lengths.asJava).asJava
  }

  /** Throws where there is no such key. */
  def missing(event: JMap[String, Object]): String = event.asScala("absent").toString
}

class Printer extends RequestHandler[Page, Page] {
  override def handleRequest(page: Page, context: Context): Page =
    page.copy(title = page.title.capitalize, words = page.words * 2, tags = ("new" :: page.tags.asScala.toList).asJava)

  def pages(pages: JList[Page]): Int = pages.asScala.map(_.words).sum
}

/** A value without a constructor that a serializer could call. */
case class Ink(colour: String)

class Well {
  def take(ink: Ink): String = ink.colour
}

/** Its methods are static ones of the class. */
object Counter {
  private var count = 0

  def next(step: Int): Int = {
    count += step
    count
  }
}

/** A class without a constructor, whose methods are static and which implements nothing. */
object Closed extends RequestHandler[String, String] {
  override def handleRequest(input: String, context: Context): String = s"static $input"
}
