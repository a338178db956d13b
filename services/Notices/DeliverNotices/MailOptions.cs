using System.ComponentModel.DataAnnotations;
using Avvik.Hosting.FreeTexts;
using MailKit.Security;

namespace Avvik.Notices.DeliverNotices;

/// <summary>The mail server that notices go out by (section <c>Mail</c>).</summary>
internal sealed class MailOptions : IValidatableObject
{
    /// <summary>Null or empty: no e-mail is sent.</summary>
    public string? Host { get; set; }
    [Range(1, 65535)]
    public int Port { get; set; } = 587;
    /// <summary>How the connection is encrypted; the default demands TLS before anything is sent.</summary>
    public SecureSocketOptions Security { get; set; } = SecureSocketOptions.StartTls;
    public string? UserName { get; set; }
    public string? PasswordFile { get; set; }
    /// <summary>Sender of every notice; its domain is also that of the Message-ID.</summary>
    public string From { get; set; } = "";
    /// <summary>Where other servers return what they could not deliver (envelope sender); null: <see cref="From"/>.</summary>
    public string? ReturnPath { get; set; }
    /// <summary>The workbench's address, for the links.</summary>
    public string PublicUrl { get; set; } = "http://localhost:8080";
    /// <summary>Seconds after which a delivery that was begun and not ended is begun again by any instance.</summary>
    [Range(1, 3600)]
    public int LeaseSeconds { get; set; } = 300;
    /// <summary>Days after which a delivery that keeps failing is given up.</summary>
    [Range(1, 30)]
    public int MaxDays { get; set; } = 3;

    public bool IsConfigured => !string.IsNullOrEmpty(Host);

    public string Domain => From[(From.LastIndexOf('@') + 1)..];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return new("Mail:PublicUrl must be the workbench's address, as in https://avvik.example.no.");
        if (!IsConfigured) yield break;
        if (!EmailAddress.IsValid(From)) yield return new("Mail:From must be an e-mail address when Mail:Host is set.");
        if (ReturnPath is not null && !EmailAddress.IsValid(ReturnPath)) yield return new("Mail:ReturnPath must be an e-mail address.");
        if (UserName is not null && !File.Exists(PasswordFile)) yield return new("Mail:PasswordFile must name a file with the password of Mail:UserName.");
    }
}

/// <summary>The mailbox of <see cref="MailOptions.ReturnPath"/>, over IMAP (section <c>ReturnedMail</c>).</summary>
internal sealed class ReturnedMailOptions : IValidatableObject
{
    /// <summary>Null or empty: returned mails are not read.</summary>
    public string? Host { get; set; }
    [Range(1, 65535)]
    public int Port { get; set; } = 993;
    /// <summary>How the connection is encrypted; the default is TLS from the first byte.</summary>
    public SecureSocketOptions Security { get; set; } = SecureSocketOptions.SslOnConnect;
    public string UserName { get; set; } = "";
    public string? PasswordFile { get; set; }
    public string Folder { get; set; } = "INBOX";
    /// <summary>Minutes between two readings.</summary>
    [Range(1, 1440)]
    public int Minutes { get; set; } = 5;

    public bool IsConfigured => !string.IsNullOrEmpty(Host);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsConfigured) yield break;
        if (UserName.Length == 0) yield return new("ReturnedMail:UserName must be set when ReturnedMail:Host is.");
        if (!File.Exists(PasswordFile)) yield return new("ReturnedMail:PasswordFile must name a file with the password of ReturnedMail:UserName.");
    }
}

/// <summary>An HTTP service that sends SMS (section <c>Sms</c>).</summary>
internal sealed class SmsOptions : IValidatableObject
{
    /// <summary>Where <c>{"to","text","id"}</c> is posted; null: no SMS is sent.</summary>
    public string? Url { get; set; }
    /// <summary>File with the value of the <c>Authorization</c> header; null: none is sent.</summary>
    public string? AuthorizationFile { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null && (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
            yield return new("Sms:Url must be an http or https address.");
        if (AuthorizationFile is not null && !File.Exists(AuthorizationFile)) yield return new("Sms:AuthorizationFile names no file.");
    }
}
