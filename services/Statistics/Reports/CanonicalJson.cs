using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Avvik.Statistics.Reports;

/// <summary>The one way to write a JSON document (RFC 8785), and its hash.</summary>
internal static class CanonicalJson
{
    /// <summary>The document with its member <c>hash</c>: SHA-256, in hexadecimal, of the canonical form without it.</summary>
    public static (byte[] Document, string Hash) Seal(JsonObject document)
    {
        document.Remove("hash");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Write(document)));
        document["hash"] = hash;
        return (Write(document), hash);
    }

    public static byte[] Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(node, text);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Append(JsonNode? node, StringBuilder to)
    {
        switch (node)
        {
            case JsonObject members:
                // By UTF-16 code units, which is what ordinal means here.
                AppendAll('{', members.OrderBy(m => m.Key, StringComparer.Ordinal), '}', to, member =>
                {
                    Append(member.Key, to);
                    to.Append(':');
                    Append(member.Value, to);
                });
                break;
            case JsonArray items:
                AppendAll('[', items, ']', to, item => Append(item, to));
                break;
            case null:
                to.Append("null");
                break;
            default:
                if (node.GetValueKind() == JsonValueKind.String) Append(node.GetValue<string>(), to);
                else if (node.GetValueKind() == JsonValueKind.Number) to.Append(Number(node));
                else to.Append(node.ToJsonString());
                break;
        }
    }

    private static void AppendAll<T>(char open, IEnumerable<T> items, char close, StringBuilder to, Action<T> append)
    {
        to.Append(open);
        foreach (var (i, item) in items.Index())
        {
            if (i > 0) to.Append(',');
            append(item);
        }
        to.Append(close);
    }

    // ECMAScript's form: the shortest that reads back. Beyond these it has exponents, which no figure of ours needs.
    private static string Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture) switch
    {
        0 => "0",
        var number when Math.Abs(number) is >= 1e-6 and < 1e15 => number.ToString("0.####################", CultureInfo.InvariantCulture) is var fixedPoint
            && double.Parse(fixedPoint, CultureInfo.InvariantCulture) == number ? fixedPoint : number.ToString("R", CultureInfo.InvariantCulture),
        var number => throw new ArgumentOutOfRangeException(nameof(node), number, "Not a figure."),
    };

    private static void Append(string text, StringBuilder to)
    {
        to.Append('"');
        foreach (var c in text)
            _ = c switch
            {
                '"' => to.Append("\\\""),
                '\\' => to.Append("\\\\"),
                '\b' => to.Append("\\b"),
                '\t' => to.Append("\\t"),
                '\n' => to.Append("\\n"),
                '\f' => to.Append("\\f"),
                '\r' => to.Append("\\r"),
                < ' ' => to.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => to.Append(c),
            };
        to.Append('"');
    }
}
