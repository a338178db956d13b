namespace Avvik.Client;

/// <summary>A file of a deviation.</summary>
/// <param name="Id">Of the file.</param>
/// <param name="BelongsTo"><c>report</c>, <c>message</c> or <c>answer</c>: code of <c>attachmentOwners</c>.</param>
/// <param name="Name">As it was sent.</param>
/// <param name="ContentType">By its content: <c>application/pdf</c>, <c>image/jpeg</c>, <c>image/png</c> or <c>text/plain</c> (UTF-8).</param>
/// <param name="Size">Bytes of what is given out.</param>
/// <param name="Hash">SHA-256 of what is given out, in hexadecimal. A picture's is not that of what was sent: its metadata is removed.</param>
/// <param name="At">When it was added.</param>
/// <param name="Organization">The party of whoever added it.</param>
/// <param name="Removable">True for whoever added it, until the case has been answered or has ended.</param>
public sealed record Attachment(Guid Id, [property: Contracts.Code("attachmentOwners")] string BelongsTo, string Name, string ContentType, long Size,
    string Hash, DateTimeOffset At, string Organization, bool Removable);

/// <summary>The form that a file is sent with: <see cref="BelongsTo"/> first.</summary>
/// <param name="BelongsTo"><c>report</c>, <c>message</c> or <c>answer</c>: code of <c>attachmentOwners</c>.</param>
/// <param name="File">The file, with its name.</param>
public sealed record NewAttachment([property: Contracts.Code("attachmentOwners")] string BelongsTo, byte[] File);
