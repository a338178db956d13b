using System.Net.Mail;
using Avvik.IdentityDetection;

namespace Avvik.Hosting.FreeTexts;

/// <summary>E-mail addresses as settings and the directory take them.</summary>
public static class EmailAddress
{
    private const int MaxLength = 254;

    /// <summary>True for one address without a display name, in a domain with a dot.</summary>
    public static bool IsValid(string text) => text.Length <= MaxLength && text.All(c => c is > ' ' and < '\x7f')
        && MailAddress.TryCreate(text, out var address) && address.Address == text
        && address.Host.Split('.') is { Length: > 1 } labels && Array.TrueForAll(labels, l => l.Length > 0);

    /// <summary>As <see cref="IsValid"/>, for an address that everybody may see: no number of a person's is in it.</summary>
    public static bool IsPublic(string text) => IsValid(text) && IdentityDetector.Find(text.Replace('@', ' ')).Count == 0;
}
