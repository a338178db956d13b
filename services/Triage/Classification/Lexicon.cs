namespace Avvik.Triage.Classification;

/// <summary>The terms of a category, in the notation of <see cref="TermIndex"/>, from decisive to weak.</summary>
internal sealed record Topic(string Category)
{
    public string Decisive { get; init; } = "";
    public string Strong { get; init; } = "";
    public string Clear { get; init; } = "";
    public string Weak { get; init; } = "";
    /// <summary>Evidence against.</summary>
    public string Against { get; init; } = "";
    /// <summary>Begins like a term but means something else.</summary>
    public string Not { get; init; } = "";
    /// <summary>More general categories that this one outranks when both match.</summary>
    public string Outranks { get; init; } = "";
    /// <summary>Its strong terms name a document: what the document lacks is content, not the topic.</summary>
    public bool Document { get; init; }
    /// <summary>The topic only when something is wrong with it; else it describes the patient: «går med rullator».</summary>
    public bool OnlyWithFault { get; init; }
    /// <summary>Often only when or where something else happened: «ved innleggelse», «etter utskrivning».</summary>
    public bool Setting { get; init; }
}

/// <summary>Words that change the weight of the terms near them.</summary>
internal enum Cue
{
    /// <summary>Something is wrong.</summary>
    Failure,
    /// <summary>Something is as it should be.</summary>
    Praise,
    /// <summary>Two words of failure that together mean none: «uten problemer».</summary>
    NoFault,
    /// <summary>A contrast: «men …».</summary>
    Contrast,
    /// <summary>What follows is missing.</summary>
    Lack,
    /// <summary>What follows is when it happened.</summary>
    Place,
    /// <summary>What follows is not the topic.</summary>
    NotAbout,
    /// <summary>What follows was unknown to somebody, and is seldom what failed.</summary>
    Unknown,
}

/// <summary>
/// The terms of each category, in bokmål; <see cref="Words"/> folds nynorsk into it. Terms are stems: endings are left out.
/// </summary>
internal static class Lexicon
{
    public static int Sinks => Topics.Length + Cues.Length;

    public static string[] Split(string terms) => terms.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    public static readonly (Cue Cue, string Terms)[] Cues =
    [
        (Cue.Failure, """
            aldri avlys* avslo avslå* avslått avvis* avviste bortkom* brot brudd* brutt dobbel* doblet dårleg* dårlig* fall* feil* forseink* forsink*
            forsvant forsvinn* glem* glemt hverken ikke ingen ingenting kasteball* mangl* manglende mist* mistet nede nekt* neppe problem* purr* seint
            skade* stopp* stoppet strøket svikt* trekt trukket uenig* ufullstend* uklar* unngått usemj* utdatert* uteble* uteblitt uten utløp* utrygg*
            verken for_knapp* for_seint for_sent for_tidlig
            """),
        (Cue.Praise, """
            bedre bra dyktig* eksemplarisk* fantastisk* fin fine fint flott* forbedr* forbilled* fornøyd* god gode godt grei greit heldig* hyggelig*
            imponer* kjempe* lettere nøgd* perfekt* prikkfri* problemfri* profesjonel* ros rose roser skryt* smidig* stråland* strålend* super* takk takker
            tilfreds* topp trygg trygge trygt upåklagelig* utmerk* fungerte_godt i_orden ivaretatt_godt på_plass raskt_og som_avtalt som_den_skal
            som_det_skal sto_på veldig_bra
            """),
        (Cue.Contrast, "derimot dessverre imidlertid likevel men"),
        (Cue.Lack, "etterlys* ingen mangl* manglende savn* uten fikk_aldri fikk_ikke ikke_fått ikke_mottatt ikke_mottok mottok_ikke venter_på ventet_på"),
        (Cue.Place, "etter før gjennom ifb ifm innen siden under ved dagen_etter i_forbindelse_med i_løpet_av samme_dag_som"),
        (Cue.NoFault, """
            ikke_mangl* ikke_noe_å_utsette ingen_avvik ingen_feil ingen_forsink* ingen_problem* ingenting_mangl* ingenting_å_utsette manglet_ikke uten_feil
            uten_forsink* uten_problem*
            """),
        (Cue.NotAbout, "dreier_ikke gjeld_ikke gjelder_ikke handler_ikke skyldes_ikke skyldtes_ikke var_ikke_problem*"),
        (Cue.Unknown, "ikke_vite_at informasjon_om kjent_med_at kjente_ikke_til opplysning*_om visste_ikke_at visste_ingen_at"),
    ];

    /// <summary>Classes of words that several terms refer to.</summary>
    public static readonly (string Name, string Terms)[] Classes =
    [
        ("document", """
            ark arket *brev brev* *brevet dokument* epikris* helseopplysning* henvis* informasjon* innkalling* journal* konvolutt* kurva kurve kurven *lista
            *liste *listen *lister *melding *meldinga *meldingar *meldingen *meldinger *notat* opplysning* *papir papir *papira *papirar papirar *papirene
            papirene *papirer papirer prøvesvar* rapport* resept* røntgenbild* sammenfatning* *skjema skjema* *skjemaet *skriv *skrivet *svaret timebrev*
            utskrift*
            """),
        ("someoneElse", """
            annans annens medpasient* romkamerat* sidemann* uvedkomand* uvedkommend* andre_pasienters anna_kvinne annan_bebuar* annan_brukar* annan_mann
            annan_pasient* annan_person* annen_beboer* annen_bruker* annen_kvinne annen_mann annen_pasient* annen_person* annet_navn feil_barn feil_beboer*
            feil_bebuar* feil_brukar* feil_bruker* feil_fødselsnummer* feil_navn feil_pasient* feil_person* feil_personnummer* fremmed_person* gal_pasient*
            person_vi_ikke ukjend_pasient* ukjent_pasient* ukjent_person*
            """),
        ("message", """
            dialogmelding* epikris* forespørs* førespurn* helseopplysning* henvis* *melding melding* *meldinga *meldingar *meldingen *meldingene *meldinger
            plo prøvesvar* rapport* samhandling* svarrapport* e_melding*
            """),
        ("undelivered", """
            dobbelt dublett* duplikat* eksemplar* forsvant forsvinn* forsvunn* hengt køen stopp stoppa stopper stoppet ubehandl* ulest* uåpnet* aldri_fram
            aldri_frem dukk*_aldri dukk*_ikke feil_adress* feil_mottak* fram_tomme galt_mottak* henger_seg i_kø ikke_fram ikke_frem ikke_importert
            ikke_kommet_inn ikke_lesne ikke_lest kom_ikke_inn kommer_ikke_inn kommer_tomme ligger_nede lå_nede nådde_ikke når_ikke tomt_innhold
            """),
        ("system", "forbindels* linj* løsning* nettet server* *system system* *systema *systemene *systemet"),
        ("admitted", """
            akuttmottak* ankom ankomst* følgeskriv* innkomst* innlagd* innlagt* innlegg* mottak mottakelsen mottaket mottaksleg* overflyttingsskjema*
            kjørt_inn la_inn lagd_inn lagde_inn lagt_inn legge_inn legges_inn ligger_på_sykehus* lå_på_sykehus* sendt_inn sendt_til_sykehus* var_på_sykehus*
            """),
        ("notTold", """
            ikke_beskjed* ikke_gjort_kjent ikke_informert ikke_kjend ikke_kjende ikke_kjent ikke_melding* ikke_orient* ikke_varsl* ikke_visste ikke_vite
            ingen_beskjed ingen_melding ingen_varslet ingen_visste uten_varsel visste_ikke visste_ingen visste_ingenting
            """),
        ("escort", "alene fastvakt* følge følgeperson* følget ledsag* åleine fulgte_med"),
        ("home", "bolig* hjem hjemkomst* hjemme hjemover hjemreis* hjemsend* leilighet* utreis*"),
        ("oddHours", "helg helga helgen helgene kveld* lørdag* natt natta natten søndag* fredag_ettermiddag fredag_kveld sent_på"),
        ("belongings", "briller* eiendel* gebiss* høreapparat* klea klede* klær lommebok* mobil* nøkkel nøkle* nøkler sko skoa skoene tenner veske*"),
        ("leftBehind", "bortkom* gjenglem* glemt* mangl* uten igjen_på ikke_med ligg_att ligger_igjen lå_igjen låg_att låg_igjen"),
        ("kin", """
            datter* dattera dotter* ektefell* ektemak* ektemann* ektepar* etterlatne etterlatt* famili* far faren foreldr* hustru* kona kone mor mora moren
            pårørend* samboer* son sønn sønnen søsken* verge*
            """),
        ("patient", "brukar brukaren bruker brukeren ham han henne ho hun pas pasient pasienten"),
        ("told", "beskjed* forklar* hørt informasjon* informer* informert* opplyst* orientert* råd vite"),
        ("child", """
            baby* barn barna barne* barnet barnets bup elev* femåring* gutt gutten jenta jente jenten mindreårig* skole* småbarn* spedbarn* tenåring*
            treåring* ungdom*
            """),
        ("minorAge", "1 10 11 12 13 14 15 16 17 18 2 3 4 5 6 7 8 9 atten elleve femten fjorten seksten sytten tolv tretten"),
        ("function", "adl allmenntilstand* bistandsbehov* funksjon* hjelpebehov* mobilitet* selvhjulp* sjølvhjelp* tilstand*"),
        ("responsibility", "ansvar* avklar* oppgav* uklar* hvem_skal hvem_som"),
        ("imaging", "ct ekko* mr mri pet røntgen* ultralyd*"),
        ("noAnswer", """
            brutt umulig* ikke_besvar* ikke_gjennom ikke_svar* ikke_tak ikke_tok ingen_svar* ingen_tok la_på lagt_på ringer_ikke_tilbake ringer_tilbake
            ringt_tilbake satt_over sett_over svarar_ikke svarer_ikke svarte_ikke tok_ikke
            """),
        ("health", """
            epikris* fødselsdato* fødselsnummer* helseopplysning* journal* liste lister opplysning* pasientopplysning* personopplysning* prøvesvar*
            """),
        ("lyingAbout", """
            gjenglem* kopimaskin* printer* skriver skriveren søppel* glemt_igjen la_igjen lagt_igjen ligger_fremme lå_fremme lå_igjen lå_åpent låg_att
            låg_framme
            """),
        ("meeting", "*møta *møte *møter *møtet"),
    ];

    public static readonly Topic[] Topics =
    [
        new("referral")
        {
            Setting = true,
            Document = true,
            Strong = """
                fristbrud* hastegrad* henv henvis* innsøk* pakkeforløp* rettighetsvurder* bestilling*_på_vurdering* rett_til_helsehjelp rett_til_nødvendig*
                søk*_inn søkte_inn søkt*~inn
                """,
            Clear = """
                alarmsymptom* behandlingsfrist* inntak inntaksenhet* inntakskontor* inntaksmøt* inntaksteam* målgrupp* prioriter* prioritet* svarbrev*
                ventelist* ventetid* videresend* vurderingsfrist* feil_instans feil_sykehus rett_avdeling rett_instans riktig_avdeling ti_virkedag*
                frist*~vurder* svar*~inntak søknad*~vurder* time~spesialist*
                """,
            Weak = """
                avslag* avslo avslått avvis* ekg hastende haster konsultasjon* poliklinikk* retur returner* spesialist* søknad* time utred* virkedag*
                vurdering* vurdert
                """,
        },
        new("admission")
        {
            Setting = true,
            Document = true,
            Decisive = "innleggelsesrapport*",
            Strong = """
                følgeskriv* innkomst* innkomstrapport* innleggelsesinformasjon* innleggelsespapir* innleggelsesskriv* innlagt_pasient* melding_om_innlagt
                unødig*_innlegg* unødvendig*_innlegg* akuttmottak*~mangl* behandlingsavklar*~@admitted @escort~@admitted innlegg*~fulgte @notTold~@admitted
                rapport*~@admitted sykepleiesammenfatning*~mottak* unngå*~@admitted uteble*~@admitted @escort~kom_inn
                """,
            Clear = """
                @admitted behandlingsavklar* behandlingsnivå* hlr* innleggels* medbrakt* medfølg* medsend* sykepleiesammenfatning* tom_leilighet* tomt_hus
                """,
            Weak = "døende funksjonsnivå* habituel* ledsag* sengepost* sengeposten terminal* fra_sykehjem* låst_dør",
            Against = "innlagt_igjen innlagt_på_nytt lagt_inn_igjen",
        },
        new("earlyNotice")
        {
            Document = true,
            Outranks = "admission discharge",
            Decisive = "endringsmelding* tidlegmelding* tidligmelding*",
            Strong = """
                forløpsinformasjon* utreisedato* antatt_utskr* estimert_utreis* estimert_utskr* forventa_behov* forventa_liggetid forventa_utskr*
                forventet_behov* forventet_liggetid forventet_utreis* forventet_utskr* tidlig_melding* helseopplysning*~behov* helseopplysning*~endr*
                helseopplysning*~forløp* helseopplysning*~@function helseopplysning*~innlegg* helseopplysning*~oppdater* helseopplysning*~utfylt
                helseopplysning*~utskr* melding*~endring* melding*~hjelpebehov* meldt*~endring* varsl*~trenge
                """,
            Clear = """
                bistandsbehov* estimat* funksjonsbeskriv* heldøgn* helseopplysning* liggetid* tildele 24_tim* første_døgn* første_melding* ikke_oppdatering*
                ingen_oppdater* varsel_om_behov* vil_trenge behov*~kommunal* endring*~helsetilstand* endr*~@function endr*~oppdater* hjelp*~treng*
                opplysning*~@function planlegg*~bemanning* utskrivningsdato*~endr* varsl*~behov*
                """,
            Weak = "adl bosituasjon* endra endret endring* forverr* funksjon* funksjonsnivå* hjelpebehov* oppegå* selvhjulp* sengeligg*",
        },
        new("dischargeReady")
        {
            Outranks = "discharge admission other",
            Decisive = "ferdigbehandl* usk utskrivningsklar*",
            Strong = """
                betalingsplikt* døgnbetaling* døgnmulkt* liggedøgn* opphaldskommun* oppholdskommun* overligg* utskrivningsmeld* varslingsfrist*
                behandling*_avsluttet erklært_ferdig erklært_klar ferdig_behandl* klar_for_hjem* klar_for_utskr* klar_til_utskr* klar_til_å_reise
                klar_å_reise medisinsk_ferdig meldt_klar meldt_utskr* utskr_klar kommun*~overta* avslo*~ta_imot nekt*~ta_imot
                """,
            Clear = """
                avmelding* avmeldt blokker* bostedskommun* bustadkommun* hjemkommun* korridor* sykehjemsplass* annen_kommune feil_kommune gi_plass
                ikke_ledig* ikke_noe_tilbud ikke_plass ikke_tilbud ingen_plass klar_for_syke* ledig_plass* uten_medisinsk_grunn vært_klar betal*~døgn*
                kommun*~plass kommun*~tilbud krev*~betaling kommun*~ta_imot kommun*~tar_imot kommun*~tatt_imot
                """,
            Weak = "betaling* ferdig henting korttidsplass* krev* overta overtid* plass tilbud varsel* varslet ta_imot tar_imot tatt_imot",
        },
        new("discharge")
        {
            Setting = true,
            Strong = """
                dimitt* hjemreis* hjemsend* nøkkel nøkle* nøkler reinnl* reinnlegg* sykepleierapport* utreis* dratt_hjem dro_hjem for_tidlig_utskr*
                inn_igjen innlagt_igjen innlagt_på_nytt lagt_inn_igjen reise_hjem reist_hjem send_hjem sende_hjem sendes_hjem sendt_hjem sendte_hjem
                skrevet_ut_for uten_mottak utskrevet_for @belongings~@leftBehind @oddHours~@home utskrivningsrapport*~@patient utskr*~nøk*
                """,
            Clear = """
                @belongings forvarsel* framskynd* fremskynd* hjemkomst* hjemmeforhold* hjemmesituasjon* overflytt* uanmeldt uavtal* uforsvarlig* utskr
                utskreven utskrevet utskrevne utskriv* utskrivels* utskrivning* utskrivningsdag* utskrivningsdato* utskrivningsrapport* uvarsl* uventet*
                allerede_på_vei dukket_opp hjem_før ingen_mat kom_hjem komme_hjem kommer_hjem kommet_hjem låst_dør midt_på_natt* på_vei_hjem reiste_fra
                sendt_tilbake sendt_ut sent_på_kveld* skrev_ut skrevet_ut skrive_ut skriven_ut skrives_ut tilbake_på_sykehus* tilbake_til_oss sendte~tilbake
                hjem*~ikke_klar
                """,
            Weak = """
                helg* hentet klargjort korttidsplass* kveld* lørdag* nattestid overført reiste rommet seng senga søndag* tilrettel* trapp* bor_alene
                bur_åleine for_syk kom_tilbake kommer_tilbake tok_imot
                """,
            Not = "utskrivningsklar*",
        },
        new("dischargeSummary")
        {
            Document = true,
            Outranks = "discharge admission",
            Strong = """
                epikris* legebrev* utskrivningsbrev* utskrivningsnotat* utskrivningspapir* samanfatning*~lege* sammenfatning*~lege* sammenfatning*~opphold*
                """,
            Clear = """
                journalutskrift* legenotat* legerapport* operasjonsbeskriv* oppsummering* samanfatning* sammenfatning* sluttnotat* merket_plo
                poliklinisk*_notat*
                """,
            Weak = "diagnos* fastlegen sykehjemsleg* tilsynsleg* vurdering* plan_videre videre_plan",
        },
        new("medication")
        {
            Outranks = "discharge",
            Strong = """
                adrenalin* albyl* antibiotik* antikoag* *apin atacand *azepam *azin betablokk* blodfortynn* burinex* centyl *cillin cipralex depotplast*
                depressiv* digitoksin* digoksin* diural dose dosen doser* dosering* doset* durogesic døgndos* eliquis* enkeltdos* feilmedisin* *fenak
                forskrev* forskriv* fragmin* furix* haldol ibux* imdur imovan* insulin* keppra klexan* kortison* kosttilskudd* krem* lamictal lantus
                legemid* leponex levaxin* lib lipitor litium* madopar marevan* medikament* medikasjon* medisin medisin* metformin* methotrexat* metoject*
                metotreksat* morfin* multidos* *mycin nedtrapp* nexium nitroglyserin* nobligan norspan novorapid *olol opioid* opptrapp* ordinasjon*
                ordiner* oxycontin* oxynorm* panodil* paracet* penicillin* *prazol prednisolon* *preparat preparat* *pril pulmicort *resept resept*
                risperdal samstem* *sartan *semid seponer* sinemet *smedisin smerteplast* smertestill* sobril* somac sovemed* spirix *statin stesolid*
                symbicort tablett* tegretol *tiazid tramadol* vanndriv* ventolin virkestoff* voltaren warfarin* *xaban xarelto* zyprexa øyedråp* e_resept*
                selo_zok
                """,
            Clear = """
                allergi* apotek* buprenorfin* cave infusjon* inhalator* injeksjon* intraven* kurva kurve kurven mcg metadon* mg mikrogram* milligram* pille*
                plaster* sprøyt* styrke subutex* gang*_daglig gis_daglig skal_gis
                """,
            Weak = "behandling* endringer enhet lista listen stoff",
            Not = "april kurver legemiddelindustri* *medisin medisinsk* medisinstud*",
        },
        new("messaging")
        {
            Outranks = "referral admission earlyNotice dischargeReady discharge dischargeSummary medication followUp communication maternity coordination",
            Decisive = """
                adresseregister* applikasjonskvitter* herid meldingssystem* mottakssystem* her_id @message~feilmelding* @message~kvittering*
                @message~teknisk*
                """,
            Strong = """
                driftsavbrudd* driftsforstyr* driftsstans* ebxml edi fagsystem* feiladress* feiladressat* feilkod* feilmelding* integrasjon* journalsystem*
                kommunikasjonspart* kvittering* meldings* nedetid* sertifikat* avviste_melding* e_melding* feil_adressat* norsk_helsenett* plo_melding*
                uten_avsender elektronisk*~@undelivered innboks*~melding* @message~@undelivered @system~melding* @system~nede @undelivered~cosdoc
                @undelivered~gerica @undelivered~profil vedlegg*~åpne* ikke_behandl*~melding*
                """,
            Clear = """
                brukerstøtt* cosdoc datasystem* dialogmelding* dips driftsmelding* dublett* elektronisk* gerica helseplattform* ikt* innboks* innlogg*
                kjernejournal* leverandør* *meldingar *meldinger nedtrekk* nødrutin* oppgrader* profil pålogg* server* teknisk* ubehandl* ulest* vedlegg*
                video* feil_mottak* gamle_løsning* gammel_løsning* it_avdeling* it_feil* it_system* samme_melding sendt_dobbelt avvis*~automatisk*
                @message~tomme overvåk*~melding* @message~feil_kommune
                """,
            Weak = "avsender* digital* logg* melding meldinga meldingen meldinger mottakar* mottaker* oppdatering* plo sender svart system* @undelivered",
            Against = "faks* telefaks* ikke_elektronisk på_papir",
            Not = "bekymringsmelding* meldingsplikt* profil* sertifiser*",
        },
        new("aidsAndEquipment")
        {
            OnlyWithFault = true,
            Outranks = "discharge admission communication",
            Strong = """
                antiskli* *apparat *apparatet bipap cpap forbruksmater* forflytning* ganghjelp* *heis *heisen hjelpemid* hoftebeskytt* høgdejuster*
                høydejuster* krykke* madrass* nebulisator* *oksygen oksygenkons* ortose* personløft* protes* *pumpa *pumpe *pumpen respirator* rullator*
                rullestol* seilløft* *seng *senga *sengen *stol *stolen stomi* strømp* surstoff* sårutstyr* takheis* toalettforhøy* trygghetsalarm*
                trykkavlast* *utstyr *utstyret vac
                """,
            Clear = """
                alarmmatt* bandasj* bekken bleie* dren ergoterap* forstøver* heis inkontinens* kateter* kompress* oksygen* rampe* seng skinne* slange*
                sonde* sug* sårbehandling* toalett* utstyr* velferdsteknolog* tilrettel*~bolig*
                """,
            Weak = """
                batteri* bestilling* bestilt defekt* filter lager ledning* levere* levert låne lånt lånte maskin* montert opplæring* plater poser ødela*
                """,
            Not = "senge* sengepost* smittevernutstyr*",
        },
        new("coordination")
        {
            Setting = true,
            Outranks = "discharge referral followUp",
            Decisive = "ansvarsgrupp* individuel*_plan*",
            Strong = """
                heilskapleg* helhetlig* ip kasteball* kontaktleg* koordinator* koordinerand* koordinerend* nettverksmøt* planmøt* samarbeidsmøt*
                fram_og_tilbake frem_og_tilbake mellom_stol* samle_part* ulike_planer innkalt*~@meeting invitert*~@meeting
                """,
            Clear = """
                ansvarsfordel* dialogmøt* forløpet forløpsplan* heilskap* helhet* kontaktperson* koordiner* oppfølgingsteam* pasientansvarlig* planer
                samansett* samarbeidspart* sammensatt* samordn* teammøt* tverrfagl* felles_møte* felles_plan* fleire_tjenester flere_tjenester kaller_sammen
                mange_tjenester ingen~ansvar*
                """,
            Weak = "ansvar* avdelinger delta* deltek* deltok instanser møte* overgang* oversikt* plan planlegg* rundt_pasient* kommun*~ansvar*",
        },
        new("transport")
        {
            Outranks = "discharge",
            Strong = """
                ambulans* bårebil* båretransport* følgetjenest* helikopter* helseekspress* luftambulans* minibuss* pasientreis* returreis* skyss*
                syketransport* taxi* transport* bestil*~bil bestil*~drosje* bestil*~taxi* ledsager*~reis*
                """,
            Clear = """
                *bil *bilen buss bussen båre* båt* *båten drosje* ferge* ferje* flyet følgetjen* kjøretid* kjøring* ledsag* reisa reisen rekvirert*
                rekvisisjon* responstid* rutebil* sjåfør* turen hentet_av
                """,
            Weak = "bil bilen bære hente hentet kjøre kjørt kjørte oppdrag* reise vente* ventetid* timer_for_sent",
        },
        new("emergency")
        {
            Outranks = "admission communication",
            Strong = """
                113 116117 akuttbil* akuttdøgn* akutthjelp* akuttkjed* akuttmedisin* akuttplass* alarmsentral* amk beredskapsplan* hjertestans* kad
                legevaktbil* legevaktleg* legevaktsentral* legevaktsleg* nødmeld* nødnett* nødstilf* trippelvarsl* utrykning* vaktleg* øhd* øhjelp*
                akutt_døgn* augneblink*_hjelp* grønn_respons gul_respons kommunal*_akutt* lege_på_vakt raud_respons rykke*_ut rykte*_ut rød_respons ø_hjelp*
                øyeblikkeleg_hjelp* øyeblikkelig_hjelp* legevakt*~avvis* legevakt*~besvar* legevakt*~hjem legevakt*~konfer* legevakt*~responstid*
                legevakt*~samtal*
                """,
            Clear = """
                akuttplan* alarm* bakvakt* brannvesen* brystsmert* dødssted* hjerteinfarkt* innring* legevakt* livstru* nødsamtal* respons sykebesøk* øh
                lege_i_vakt legevakt*_er legevakt*_har legevakt*_kunne legevakt*_svar* legevakt*_tok legevakt*_var legevakt*_ville oppdrag*~prioriter*
                """,
            Weak = "akutt* beredskap* bevisstløs* konferer* oppdrag* tilsyn ubemann* vakt vakthavend*",
        },
        new("followUp")
        {
            Outranks = "discharge",
            Strong = """
                biopsi* blodkultur* blodprøv* cytolog* etterkontroll* etterundersøk* histolog* inr kontrollansvar* kontrollopplegg* kontrolltim*
                oppfølgingsansv* patolog* *prøve *prøvene *prøver prøvesvar* røntgensvar* svarrapport* skjøvet_over svar_på_prøve* tilfeldig*_funn
                time_til_kontroll @imaging~funn* @imaging~gjenta* @imaging~*svar* kontroll*~innkall* kontroll*~poliklinikk* kontroll*~time overlat*~fastleg*
                @responsibility~kontroll* @responsibility~oppfølg* kontroll*~ikke_avtalt @responsibility~følge_opp
                """,
            Clear = """
                albumin blodsukker* crp ferritin hba1c hemoglobin* innkalles kalium *kontroll kontroll* *kontrollen kreatinin* laborator* malign* natrium
                nyrefunksjon* oppfølg* prøve prøver psa rekvirer* *skopi sutur* *svaret sykmeld* tsh undersøkels* fulgt_opp følge_opp følger_opp
                ikke_innkalt kalle_inn kalt_inn be*~fastleg* fastleg*~oppgav* gjenta*~måned*
                """,
            Weak = "ansvar* avklart cellegift* fastlegen funn funnet @imaging innkall* poliklinikk* sting svar unormal* utred* vurderer",
            Against = "under_kontroll",
            Not = "kontrollør* funnet_av",
        },
        new("mentalHealth")
        {
            Outranks = "referral admission discharge coordination emergency followUp communication dischargeSummary",
            Strong = """
                akutteam* alkohol* amfetamin* avgifting* avgiftning* avrus* bipolar* depresj* dps ettervern* fact hallusin* heroin* kriseplan* manisk*
                narkoti* overdos* paranoi* personlighetsforst* phv psykiat* psykisk* psykos* psykot* ptsd rop rus* rømming* rømte schizofren* selvmord*
                selvskad* substitusjon* suicid* trygghetsplan* tsb tud tvang* tvungen* tvungent voldsrisik* vrangforest* act_team ambulant*_team*
                brukerstyrt*_seng* hører_stemmer i_lar lar_behandl* lar_medis* lar_pasient* lar_team* ta_livet
                """,
            Clear = """
                akuttpost* angst* avhengighet* behandlingsinstitusjon* botilbud* brukerstyrt* depotinjeksjon* kriseteam* psyk* psykolog* spiseforst* utager*
                uttager* voldelig*
                """,
            Weak = "behandler bolig oppfølg* samtal* kommunal_bolig",
            Not = "ruskvær* rusle* russ* rusten rustes",
        },
        new("childAndFamily")
        {
            Outranks = """
                referral admission discharge mentalHealth coordination communication followUp dischargeSummary rehabilitation emergency patientInformation
                """,
            Decisive = "barnevern* bup ppt",
            Strong = """
                barneavd* barnehab* barnehag* barnekoordinator* barneleg* barnepoli* barnepsyk* barneteam* bekymringsmelding* elev eleven elever fosterfor*
                fosterhjem* helsestasjon* helsesykepl* helsesøst* mindreårig* omsorgssvikt* sfo *skole* skole* spesialped* spesialundervis* tenåring*
                ungdom* barn_og_ung barn_og_unge fyller_18 fylt_18 fylte_18 @minorAge_åring* overfør*~voksen* overgang*~@child overgang*~voksen*
                """,
            Clear = """
                adhd autism* baby* barn barna barne* barnet familieteam* familievern* foreldr* gutt gutten jenta jente jenten pedagog* spedbarn* voksenavd*
                voksenteam* *åring *åringen han_er_@minorAge hun_er_@minorAge på_@minorAge_år
                """,
            Weak = "famili* far mor søsken*",
            Against = "barn*_som_pårørend*",
            Not = "barnebarn* høgskol* høyskol* skolemedisin*",
        },
        new("maternity")
        {
            Outranks = """
                childAndFamily discharge referral admission followUp transport dischargeSummary patientInformation communication coordination emergency
                """,
            Strong = """
                amme* amming* barsel* fødand* føde* føden føder fødsel* fødte gravid* jordmor* jordmød* keisersnitt* kvinneklinikk* nybakt* nyfødd* nyfødt*
                preeklamp* prematur* riene rier svangersk* helsekort_for_gravid* mor_og_barn mor_og_nyfødt
                """,
            Clear = "abort* følgetjenest* gulsott* gynekol* helsekort* morkak* mødre* rhesus* spedbarn* termin termindato*",
            Weak = "blodtrykk* helsestasjon* hjemmebesøk* kvinnen mor ultralyd*",
            Not = "føderal* fødselsdato* fødselsnr* fødselsnummer* fødselsår*",
        },
        new("rehabilitation")
        {
            Outranks = "referral admission discharge coordination communication dischargeReady",
            Strong = "habiliter* innsatsteam* opptren* opptrening* *rehab* rehab* slagpasient* trenings* utviklingshem* lærings_og_mestring* re_habilit*",
            Clear = """
                afasi* amput* downs ergoterap* fysio fysioterap* hjerneslag* hodeskad* kognitiv* logoped* mestring* miljøarbeid* miljøterap* miljøtiltak*
                slag slaget *trening trening* *treninga *treningen åtferd* utfordrende_atferd
                """,
            Weak = "mål plan plass potensial*",
        },
        new("infection")
        {
            Outranks = """
                discharge admission dischargeReady followUp dischargeSummary rehabilitation transport patientInformation emergency aidsAndEquipment
                communication
                """,
            Decisive = "clostrid* esbl* legionel* mrsa* norovirus* smittevern* tuberkul* vre c_diff*",
            Strong = """
                beskyttelsesutst* corona* covid* desinf* gastroent* hepatitt* hiv hygien* influensa* isolat* isoler* karanten* kikhost* kohort* koloniser*
                kontaktsmitt* korona* luftsmitt* magesyk* meldepliktig* mesling* munnbind* omgangss* omgangssyk* resisten* skabb* smitt* smitte* stikkskad*
                utbrot* utbrudd* vaksin* vannkopp* stakk_seg
                """,
            Clear = "bakteri* diare* dobbeltrom* enerom* mannsrom* oppkast* sengsrom* *virus virus* bærer_av",
            Weak = "feber infeksjon* positiv* screen* test",
        },
        new("patientInformation")
        {
            Outranks = "discharge admission",
            Decisive = "brukermedvirk* barn*_som_pårørend*",
            Strong = """
                framandspråk* fremmedspråk* klageadgang* klagerett* medbestem* medverk* medvirk* oversatt* oversett* samisk* *språk språk* *språket *tolk
                tolk tolkar tolkeb* *tolken tolken tolker tolketjen* uforståelig* bli_spurt hadde_snakk* ikke_snakk* inform*_til_pårørend*
                informasjon_til_pasient* ingen_snakk* pasient*_fikk_vite pasient*_ikke_informert pasient*_visste_ikke @patient_ikke_inform*
                @patient_ikke_vite skriftleg*_inform* skriftlig*_inform* @kin~snakk* @kin~@told @kin~ikke_informert pasient*~forsto_ikke
                pasient*~forstod_ikke pasient*~ikke_klar_over pasient*~skjønte_ikke pasient*~uten_å_vite
                """,
            Clear = """
                brosjyr* døv* ektepar* etterlatne etterlatt* hørselshem* leser motstrid* prognos* utrygg* verge* forsto_ikke ikke_hørt ikke_spurt
                informasjon_til informerte_pasient* ingen_forklar* pasient*_trodde på_norsk pårørend*_ikke skjønte_ikke å_tolke hvem~ringe pasient*~vite
                """,
            Weak = "datter* dotter* ektefell* forklar* informasjon* informert* kona pårørend* rettighet* samtal* spørsmål* uttrykt* ønsket",
        },
        new("communication")
        {
            Strong = """
                arrogan* avfei* avvisande avvisende baksnakk* belær* brølte fagdag* fagnettverk* frekk* hospiter* hånlig* inkompetent* kjeft* kompetans*
                kompetansehev* kompetanseover* kontaktinfo* nedlatand* nedlatend* respektl* ropte rådfør* rådgiv* samarbeidsvil* sarkas* sentralbord*
                skjelt* skreik skrek telefontid* uhøflig* undervis* undervisning* usaklig* utilgjeng* veiled* e_læring* få_snakke få_tak ikke_tak_i
                ikke_tilgjeng* komme_gjennom kommer_gjennom la_på_røret sette_over tak_i_noen opplær*~ansatt* opplær*~avlys* opplær*~lov* opplær*~personal*
                ring*~@noAnswer råd~ba råd~bedt telefon*~@noAnswer tlf~@noAnswer
                """,
            Clear = """
                fagkunnskap* fagmøt* fagnett* høflig* kommunikasjon* kontaktlist* kunnskap* kurs kurs* kurset omtalt* oppgitt* opplær* opplæring*
                oppringing* respekt* råd simuler* *telefon telefon* *telefonar *telefonen tillit* tlf tone tonen vaktlist* vikar* rett_person ringe*_tilbake
                snakke_med_noen
                """,
            Weak = "beskjed* dialog dialogen kontakt* nettsid* nettverk* ring* ringte samarbeid* svar svarer_ikke",
            Not = "kurve* råde* telefaks* telefontolk* telemedisin*",
        },
        new("privacy")
        {
            Outranks = """
                referral admission earlyNotice dischargeReady discharge dischargeSummary medication messaging followUp communication mentalHealth
                patientInformation coordination maternity childAndFamily other
                """,
            Decisive = """
                datatilsyn* personvern* snok* taushet* teiebel* teieplikt* tenstleg* hemmelig_adresse på_avvegar på_avveger på_avveie sperret_adresse
                tjenstleg_behov tjenstlig_behov @document~@someoneElse
                """,
            Strong = """
                facebook* gdpr innsyn* konfidensiel* makuler* messenger personopplysning* samtykk* samtykt* sensitiv* snapchat* ukrypter* uvedkomand*
                uvedkommend* whatsapp les*_om motsatt_seg reservert_seg snakk*_om_pasient* sosial*_medi* bilde*~telefon @document~@lyingAbout @health~epost
                les*~journal* navn~diagnos* oppslag*~journal* sperr*~journal* tilgang*~journal* utlever*~@health åpn*~journal* @health~e_post
                slo_opp~journal*
                """,
            Clear = """
                arbeidsgiv* epost feilsendt* fødselsdato* fødselsnummer* hørte journalopplysning* lekk* naboen naboens overhør* personnummer* slette*
                @someoneElse tilgang* utlever* e_post feil_adress* hele_journalen privat_adress* tidligere_ansatt* bilde*~pasient* sendt*~feil_kommune
                """,
            Weak = "adress* journal* konvolutt* namn navn opplysning*",
        },
        new("other")
        {
            Strong = "arbeidsmiljø* egenandel* faktura* fakturer* inkasso* kantin* møteplass* parkering* refusjon* regning* rekning* samhandlingsdag*",
            Clear = """
                adkomst* avtalerevisjon* avtaletekst* bygget forsking* forskning* garderob* huslei* leie leien lærling* møterom* nettsiden* nyhetsbrev*
                praksisplass* referat* renhold* skilting* statistikk* student* økonomi* åpningstid* årlig* krav_om_betaling
                """,
            Weak = "felles foreslå* forslag*",
        },
    ];
}
