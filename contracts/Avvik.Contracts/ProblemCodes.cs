namespace Avvik.Contracts;

/// <summary>What a call can be refused with: the last part of a problem's <c>type</c>, <c>urn:avvik:problem:…</c>.</summary>
public static class ProblemCodes
{
#pragma warning disable CS1591 // texts.json has the sentence of each
    public const string InvalidRequest = "invalidRequest", InvalidContent = "invalidContent", Unauthorized = "unauthorized", Forbidden = "forbidden",
        NotFound = "notFound", MethodNotAllowed = "methodNotAllowed", NotAcceptable = "notAcceptable", BodyTooLarge = "bodyTooLarge",
        UriTooLong = "uriTooLong", HeadersTooLarge = "headersTooLarge", UnsupportedMediaType = "unsupportedMediaType",
        ClientReferenceReused = "clientReferenceReused", EnvelopeErased = "envelopeErased", EnvelopeUnreadable = "envelopeUnreadable",
        NotSerious = "notSerious", NationalReportSent = "nationalReportSent", NationalReportRefused = "nationalReportRefused",
        NationalReportNotConnected = "nationalReportNotConnected",
        LaunchExpired = "launchExpired", TooManyOpenings = "tooManyOpenings", SeveralPatients = "severalPatients",
        IdempotencyKeyReused = "idempotencyKeyReused", InvalidIdempotencyKey = "invalidIdempotencyKey",
        NotFrozen = "notFrozen", QuarterNotOver = "quarterNotOver", FiguresIncomplete = "figuresIncomplete", FrozenMeanwhile = "frozenMeanwhile",
        AlreadyRouted = "alreadyRouted", AlreadyDecided = "alreadyDecided", AlreadyAnswered = "alreadyAnswered",
        ActionNotAllowed = "actionNotAllowed", FollowUpUsed = "followUpUsed",
        ReopenTooLate = "reopenTooLate", SeriousIncidentNoticeRequired = "seriousIncidentNoticeRequired", MeasureStateNotAllowed = "measureStateNotAllowed",
        CaseNotClosed = "caseNotClosed", NothingToUndo = "nothingToUndo", CommunityInUse = "communityInUse",
        OrganizationNotInDirectory = "organizationNotInDirectory", AssignmentIsOver = "assignmentIsOver", AssignmentNotPending = "assignmentNotPending",
        OtherAdministratorNeeded = "otherAdministratorNeeded", LessonExists = "lessonExists", LessonApproved = "lessonApproved",
        OtherUnit = "otherUnit", StaleVersion = "staleVersion", VersionRequired = "versionRequired", TooManyRequests = "tooManyRequests",
        TooManyWebhooks = "tooManyWebhooks", AttachmentsOff = "attachmentsOff", AttachmentUnreadable = "attachmentUnreadable",
        Unavailable = "unavailable", GatewayTimeout = "gatewayTimeout", InternalError = "internalError";
#pragma warning restore CS1591
}

/// <summary>What can be wrong with a field: <c>errors[].code</c> of a problem.</summary>
public static class FieldCodes
{
#pragma warning disable CS1591 // texts.json has the sentence of each
    public const string Required = "required", InvalidJson = "invalidJson", UnknownMember = "unknownMember", DuplicateMember = "duplicateMember",
        WrongType = "wrongType", TooLong = "tooLong", TooMany = "tooMany", TooManyAboutOthers = "tooManyAboutOthers", WholeQuarters = "wholeQuarters",
        Repeated = "repeated", Blank = "blank", ControlCharacter = "controlCharacter", NotInForce = "notInForce",
        NoAgreement = "noAgreement", TooFarAhead = "tooFarAhead",
        ContradictsOthers = "contradictsOthers", UnknownCode = "unknownCode", UnknownLanguage = "unknownLanguage",
        InvalidDate = "invalidDate", InvalidTime = "invalidTime", InFuture = "inFuture", TooOld = "tooOld", BeforeOccurred = "beforeOccurred",
        AfterDiscovered = "afterDiscovered", NotForPraise = "notForPraise",
        InvalidOrganizationNumber = "invalidOrganizationNumber",
        UnknownOrganization = "unknownOrganization", OwnOrganization = "ownOrganization",
        UnknownUnit = "unknownUnit", InvalidMunicipality = "invalidMunicipality", IdentityInText = "identityInText", PossibleName = "possibleName",
        PossibleBirthDate = "possibleBirthDate", PossibleAddress = "possibleAddress", InvalidIdentifier = "invalidIdentifier",
        InvalidHprNumber = "invalidHprNumber", InvalidAnchor = "invalidAnchor", PurposeNotYours = "purposeNotYours", InvalidCursor = "invalidCursor",
        InvalidWait = "invalidWait", InvalidLimit = "invalidLimit", InvalidValue = "invalidValue", IdentityNotCleared = "identityNotCleared",
        RevisionReasonRequired = "revisionReasonRequired", ReasonRequired = "reasonRequired", ReasonForNoMeasures = "reasonForNoMeasures",
        NoMainCase = "noMainCase", NoOpenCase = "noOpenCase", AlreadyLinked = "alreadyLinked",
        UnknownSite = "unknownSite", NeverMatches = "neverMatches", InvalidUnitCode = "invalidUnitCode",
        AdministratorsRole = "administratorsRole", OwnRole = "ownRole", AlreadyAssigned = "alreadyAssigned", ExcludedByRole = "excludedByRole",
        HasOtherUnit = "hasOtherUnit", EndsBeforeItBegins = "endsBeforeItBegins", SiteTaken = "siteTaken",
        FallbackUnit = "fallbackUnit", NothingToChange = "nothingToChange", DecisionRequired = "decisionRequired", OnlyPlannedFuture = "onlyPlannedFuture",
        NotSupported = "notSupported", ReadOnly = "readOnly", UnknownSystem = "unknownSystem", OtherOrganization = "otherOrganization",
        Inconsistent = "inconsistent", FewerThanNamed = "fewerThanNamed", PatientOrPatients = "patientOrPatients",
        OutOfRange = "outOfRange", NotInUrl = "notInUrl", OverlapsOther = "overlapsOther", MustBeKept = "mustBeKept", InvalidCode = "invalidCode",
        InvalidEmail = "invalidEmail", InvalidPhone = "invalidPhone", DutyNotice = "dutyNotice",
        InvalidUrl = "invalidUrl", RefusedAddress = "refusedAddress", UnreadableFile = "unreadableFile", VirusFound = "virusFound";
#pragma warning restore CS1591
}
