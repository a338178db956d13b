using System.Text.Json;
using System.Text.Json.Serialization;

namespace Avvik.Contracts;

/// <summary>
/// Free text that may travel between services: AES-256-GCM, <c>keyId.base64url(nonce ‖ ciphertext ‖ tag)</c>. A queue, an error queue and a
/// broker's disk hold only this. Reporting, Triage and Routing have the key; Statistics does not.
/// </summary>
/// <param name="Value">The sealed form; never clear text.</param>
[JsonConverter(typeof(ProtectedTextConverter))]
public readonly record struct ProtectedText(string Value)
{
    /// <summary>The sealed form is safe to print, but says nothing: print its length.</summary>
    public override string ToString() => $"ProtectedText[{Value?.Length ?? 0}]";
}

internal sealed class ProtectedTextConverter : JsonConverter<ProtectedText>
{
    public override ProtectedText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("A protected text cannot be null."));

    public override void Write(Utf8JsonWriter writer, ProtectedText value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
