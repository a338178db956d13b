using System.Collections;
using System.Text.Json.Serialization.Metadata;
using Avvik.Contracts;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Problems;

namespace Avvik.Hosting.Json;

/// <summary>
/// The one check that every text of every request body passes, whatever else its endpoint checks: it is of bounded length, printable, and holds no identity.
/// Lists are bounded too.
/// </summary>
internal static class RequestTexts
{
    /// <summary>Characters of the longest text that any endpoint takes, and items of the longest list.</summary>
    public const int MaxLength = 8000, MaxItems = 200;

    /// <summary>Adds an error for each text that fails, unless its endpoint has found something there already.</summary>
    public static void Check(object value, JsonTypeInfo type, FieldErrors errors) => Check(value, type, "", errors);

    private static void Check(object value, JsonTypeInfo type, string pointer, FieldErrors errors)
    {
        if (value is string text)
        {
            if (!errors.Has(pointer)) FreeText.CheckIdentity(text, pointer, MaxLength, errors);
        }
        else if (type.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var property in type.Properties)
                if (property.Get?.Invoke(value) is { } member && property.AttributeProvider?.IsDefined(typeof(HoldsIdentityAttribute), inherit: true) != true)
                    Check(member, type.Options.GetTypeInfo(property.PropertyType), $"{pointer}/{property.Name}", errors);
        }
        else if (type.Kind == JsonTypeInfoKind.Enumerable && value is IEnumerable items)
        {
            var item = type.Options.GetTypeInfo(type.ElementType!);
            foreach (var (index, member) in items.Cast<object>().Index())
            {
                if (index == MaxItems)
                {
                    if (!errors.Has(pointer)) errors.Add(pointer, FieldCodes.TooMany, MaxItems);
                    return;
                }
                Check(member, item, $"{pointer}/{index}", errors);
            }
        }
    }
}
